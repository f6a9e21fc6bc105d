#include "glass/service/seal_training.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/service/sealed_files.h"
#include "glass/service/sealed_run.h"
#include "glass/system/isolation.h"

namespace glass::service {
namespace {

Result<crypto::PublicKey> reader_of(const institution::State& state, const std::string& named) {
  const institution::Seat* seat = state.seats->find(named);
  const std::string key = seat == nullptr ? named : seat->key;
  if (key.empty()) return refused(fmt::format("seat {} is vacant; nobody would read", named));
  if (seat == nullptr && !state.seats->seat_of(key, state.at_ms))
    return refused(
        fmt::format("{} is no seat of the facility, and no key that acts for one; "
                    "weights at SL-3 are read by named people only",
                    named));
  return crypto::public_key_from_text(key);
}

Result<std::vector<crypto::PublicKey>> readers_of(const institution::State& state,
                                                  const std::vector<std::string>& named) {
  if (named.empty())
    return refused(
        "weights at SL-3 are sealed to named readers; name them by --reader SEAT, once for each");
  if (named.size() > kMostReaders)
    return refused(fmt::format("{} readers are named, and at SL-3 at most {} may read",
                               named.size(), kMostReaders));
  std::vector<crypto::PublicKey> keys;
  for (const std::string& one : named) {
    GLASS_TRY(const crypto::PublicKey key, reader_of(state, one));
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

Result<SealedRun> go_on(const institution::State& state, const GovernedBy& by,
                        const SealingChoice& choice, const RunPaths& paths, system::Files& files) {
  if (!choice.reader)
    return refused(
        fmt::format("the weights in {} are sealed; to go on with them, give the key of a "
                    "named reader by --reader-key",
                    system::path_text(paths.root)));
  GLASS_TRY(SealedRun run, open_sealed_run(*choice.reader, paths, files));
  if (run.by != by)
    return refused(
        fmt::format("{} is sealed for run {} of facility {}; train into another folder "
                    "with --out",
                    system::path_text(paths.root), run.by.run, run.by.facility));
  if (!state.seats->seat_of(crypto::to_text(run.signer), state.at_ms))
    return refused(
        fmt::format("{} was signed by {}, who acts for no seat of the facility: nobody "
                    "knows who has the key; train into another folder with --out",
                    system::path_text(paths.sealed()), crypto::to_text(run.signer)));
  return run;
}

}  // namespace

Result<std::unique_ptr<system::Files>> seal_training(const institution::State& state,
                                                     const GovernedBy& by,
                                                     const SealingChoice& choice,
                                                     const crypto::SecretKey& operator_key,
                                                     const RunPaths& paths, system::Files& files) {
  if (!system::has_left_network())
    return refused("a training at SL-3 has no network; leave it before the first thread is made");
  if (is_sealed_run(files, paths) && files.exists(paths.chain())) {
    GLASS_TRY(SealedRun run, go_on(state, by, choice, paths, files));
    return std::make_unique<SealedFiles>(files, paths.root, std::move(run));
  }
  GLASS_TRY(const auto readers, readers_of(state, choice.readers));
  GLASS_TRY(SealedRun run, begin_sealed_run(by, readers, operator_key, paths, files));
  return std::make_unique<SealedFiles>(files, paths.root, std::move(run));
}

}  // namespace glass::service
