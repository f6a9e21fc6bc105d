#include "glass/service/log/log_server.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/sequencer/blobs.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/tile.h"
#include "glass/service/log/internal/ask_witnesses.h"
#include "glass/service/log/internal/entry_queue.h"
#include "glass/service/log/internal/log_cosigner.h"
#include "glass/service/log/internal/own_log.h"
#include "glass/service/log/log_statements.h"
#include "glass/system/files.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"

namespace glass::service {
namespace {

using system::HttpReply;
using system::HttpRequest;
using system::HttpResponse;

// Connections of a server that takes statements: the bodies that are on their way stay below a
// gigabyte.
constexpr int kWriters = 1000;

constexpr std::string_view kBytes = "application/octet-stream";
// A text never changes, but it may be withheld, and then from those who ask a cache as well.
constexpr std::string_view kForNow = "public, max-age=3600";

HttpResponse not_there() {
  return system::plain_text(404, "there is nothing here");
}

// Anyone's page may read a log.
HttpResponse file_response(Bytes bytes, std::string_view type, std::string_view caching) {
  return {.status = 200,
          .headers = {{"Content-Type", std::string(type)},
                      {"Cache-Control", std::string(caching)},
                      {"Access-Control-Allow-Origin", "*"}},
          .body = std::string(as_text(bytes))};
}

// The size that was published last; 0 if nothing was.
int64_t published_size(system::Files& files, const record::LogFolder& folder) {
  const auto text = files.read_text(folder.checkpoint());
  if (!text) return 0;
  const auto note = record::parse_note(*text);
  const auto checkpoint =
      note ? record::parse_checkpoint(note->text) : tl::unexpected(note.error());
  return checkpoint ? checkpoint->tree.size : 0;
}

HttpResponse published_file(system::Files& files, const record::LogFolder& folder,
                            std::string_view path) {
  if (!path.starts_with('/')) return not_there();
  path.remove_prefix(1);
  const auto tile = record::tile_from_path(path);
  const bool is_blob = record::digest_from_blob_path(path).has_value();
  if (path != "checkpoint" && !tile && !is_blob) return not_there();
  // What a growth that is not published yet has left there is nobody's business.
  if (tile && !record::is_in_log(*tile, published_size(files, folder))) return not_there();
  auto bytes = files.read(folder.published() / path);
  if (!bytes)
    return bytes.error().code == ErrorCode::kNotFound
               ? not_there()
               : system::plain_text(500, "the log cannot be read at the moment");
  if (is_blob) return file_response(std::move(*bytes), kBytes, kForNow);
  if (tile) return file_response(std::move(*bytes), kBytes, "public, max-age=31536000, immutable");
  return file_response(std::move(*bytes), "text/plain; charset=utf-8", "max-age=2");
}

}  // namespace

class LogServer::Running {
 public:
  Running(system::Files& files, OwnLog log) : files_(files), log_(std::move(log)) {}

  [[nodiscard]] Status start(const LogServerChoice& choice) {
    system::HttpLimits limits{.body_bytes = record::kMostEntryBytes + 1};
    if (choice.takes_entries) {
      GLASS_TRY(queue_, EntryQueue::open(files_, log_, choice.on_error));
      limits = {.body_bytes = record::kMostStatementBytes + 1, .connections = kWriters};
    }
    if (choice.policy) start_cosigner(choice);
    GLASS_TRY(server_, system::HttpServer::start(
                           choice.listen.address, choice.listen.port,
                           [this](HttpRequest request, HttpReply reply) {
                             answer(std::move(request), std::move(reply));
                           },
                           limits));
    return {};
  }

  [[nodiscard]] uint16_t port() const { return server_->port(); }

 private:
  void start_cosigner(const LogServerChoice& choice) {
    const auto publish = [this, tell = choice.on_error](CosignedLog cosigned) {
      if (queue_ != nullptr) return queue_->cosign(std::move(cosigned));
      const Status published = publish_cosigned(files_, log_, cosigned);
      if (!published) tell(published.error());
    };
    cosigner_ = std::make_unique<LogCosigner>(LogCosigner::World{.files = files_,
                                                                 .log = log_,
                                                                 .policy = *choice.policy,
                                                                 .every_ms = choice.ask_every_ms,
                                                                 .publish = publish,
                                                                 .on_error = choice.on_error});
  }

  void answer(HttpRequest request, HttpReply reply) {
    const std::string_view path = request.path();
    if (queue_ != nullptr && (path == "/add" || path == "/add-statement")) {
      if (request.method != "POST") return reply(not_allowed("POST"));
      if (path == "/add-statement") return add_statement(std::move(request.body), std::move(reply));
      return add(request.body, std::move(reply));
    }
    if (request.method != "GET" && request.method != "HEAD") return reply(not_allowed("GET, HEAD"));
    if (path == "/") return reply(system::plain_text(200, about()));
    reply(published_file(files_, log_.folder, path));
  }

  // Bytes of any kind, but for the name of a statement: its text has to come with it, or whoever
  // sends the name first could keep it out.
  void add(std::string_view entry, HttpReply reply) {
    if (record::parse_log_entry(entry))
      return reply(system::plain_text(
          400, "such an entry names a statement; POST the statement to /add-statement"));
    queue_->add(Bytes(entry.begin(), entry.end()), std::move(reply));
  }

  // What is checked here, is on as many threads as the server has.
  void add_statement(std::string text, HttpReply reply) {
    const auto statement = parse_loggable(text);
    if (!statement) {
      const bool too_long = text.size() > record::kMostStatementBytes;
      return reply(system::plain_text(too_long ? 413 : 400, statement.error().message));
    }
    const std::string entry = record::log_entry(*statement);
    queue_->add_statement(std::move(text), Bytes(entry.begin(), entry.end()), std::move(reply));
  }

  static HttpResponse not_allowed(std::string_view methods) {
    HttpResponse response = system::plain_text(405, fmt::format("use {}", methods));
    response.headers.emplace_back("Allow", methods);
    return response;
  }

  [[nodiscard]] std::string about() const {
    return fmt::format(
        "The transparency log {}, in the formats of https://c2sp.org/tlog-tiles\n"
        "its key is {}\nit stands at /checkpoint",
        log_.origin, record::to_text(log_.note_key()));
  }

  system::Files& files_;
  OwnLog log_;
  std::unique_ptr<EntryQueue> queue_;
  std::unique_ptr<LogCosigner> cosigner_;       // calls the queue
  std::unique_ptr<system::HttpServer> server_;  // ends first: it calls the above
};

LogServer::LogServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

LogServer::~LogServer() = default;

Result<std::unique_ptr<LogServer>> LogServer::start(system::Files& files,
                                                    const system::Path& folder,
                                                    const LogServerChoice& choice) {
  GLASS_TRY(OwnLog log, open_own(files, folder));
  auto running = std::make_unique<Running>(files, std::move(log));
  GLASS_TRY_STATUS(running->start(choice));
  return std::unique_ptr<LogServer>(new LogServer(std::move(running)));
}

uint16_t LogServer::port() const {
  return running_->port();
}

}  // namespace glass::service
