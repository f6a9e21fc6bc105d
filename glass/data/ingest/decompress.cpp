#include "glass/data/ingest/decompress.h"

#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include <fmt/core.h>
#include <zstd.h>

#include "glass/base/units_text.h"

namespace glass::data {
namespace {

// What one decoder does: takes what is left of `in`, fills what is left of `out`.
enum class Step { kMore, kEnd, kDamaged };

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Advances both. kEnd: a stream has ended; the decoder is ready for another one.
  virtual Step step(ByteView& in, std::span<uint8_t>& out) = 0;
};

class GzipDecoder final : public Decoder {
 public:
  // 16: expect a gzip header, not a zlib one.
  GzipDecoder() : sound_(inflateInit2(&stream_, MAX_WBITS + 16) == Z_OK) {}

  ~GzipDecoder() override { inflateEnd(&stream_); }

  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  Step step(ByteView& in, std::span<uint8_t>& out) override {
    if (!sound_) return Step::kDamaged;
    const auto in_size = static_cast<uInt>(std::min<size_t>(in.size(), kStepBytes));
    const auto out_size = static_cast<uInt>(std::min<size_t>(out.size(), kStepBytes));
    stream_.next_in = const_cast<Bytef*>(in.data());  // zlib reads it only
    stream_.avail_in = in_size;
    stream_.next_out = out.data();
    stream_.avail_out = out_size;
    const int code = inflate(&stream_, Z_NO_FLUSH);
    in = in.subspan(in_size - stream_.avail_in);
    out = out.subspan(out_size - stream_.avail_out);
    if (code == Z_STREAM_END) return inflateReset(&stream_) == Z_OK ? Step::kEnd : Step::kDamaged;
    return code == Z_OK || code == Z_BUF_ERROR ? Step::kMore : Step::kDamaged;
  }

 private:
  static constexpr size_t kStepBytes = size_t{1} << 30;

  z_stream stream_{};
  bool sound_;
};

class XzDecoder final : public Decoder {
 public:
  XzDecoder() { open(); }

  ~XzDecoder() override { lzma_end(&stream_); }

  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;

  Step step(ByteView& in, std::span<uint8_t>& out) override {
    if (!sound_) return Step::kDamaged;
    stream_.next_in = in.data();
    stream_.avail_in = in.size();
    stream_.next_out = out.data();
    stream_.avail_out = out.size();
    const lzma_ret code = lzma_code(&stream_, LZMA_RUN);
    in = in.last(stream_.avail_in);
    out = out.last(stream_.avail_out);
    if (code == LZMA_STREAM_END) {
      open();
      return Step::kEnd;
    }
    return code == LZMA_OK || code == LZMA_BUF_ERROR ? Step::kMore : Step::kDamaged;
  }

 private:
  static constexpr uint64_t kMemoryLimit = uint64_t{1} << 30;

  void open() { sound_ = lzma_stream_decoder(&stream_, kMemoryLimit, 0) == LZMA_OK; }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool sound_ = false;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (context_) ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, 27);  // 128 MiB
  }

  Step step(ByteView& in, std::span<uint8_t>& out) override {
    if (!context_) return Step::kDamaged;
    ZSTD_inBuffer from{.src = in.data(), .size = in.size(), .pos = 0};
    ZSTD_outBuffer to{.dst = out.data(), .size = out.size(), .pos = 0};
    const size_t code = ZSTD_decompressStream(context_.get(), &to, &from);
    in = in.subspan(from.pos);
    out = out.subspan(to.pos);
    if (ZSTD_isError(code) != 0) return Step::kDamaged;
    return code == 0 ? Step::kEnd : Step::kMore;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  std::unique_ptr<ZSTD_DCtx, Free> context_;
};

std::unique_ptr<Decoder> decoder_for(Compression compression) {
  if (compression == Compression::kGzip) return std::make_unique<GzipDecoder>();
  if (compression == Compression::kXz) return std::make_unique<XzDecoder>();
  return std::make_unique<ZstdDecoder>();
}

bool all_zero(ByteView bytes) {
  return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

Result<Bytes> run(Decoder& decoder, ByteView in, uint64_t limit) {
  Bytes out;
  size_t used = 0;
  bool ended = false;
  while (!ended || !in.empty()) {
    if (ended && all_zero(in)) break;  // padding behind the last stream
    if (used == out.size()) {
      // One byte more than the limit, so that reaching it is told from exceeding it.
      const uint64_t wanted = std::max<uint64_t>(out.size() * 2, in.size() * 4 + 4096);
      out.resize(static_cast<size_t>(std::min(wanted, limit + 1)));
    }
    std::span<uint8_t> room = std::span(out).subspan(used);
    const size_t in_before = in.size();
    const size_t room_before = room.size();
    const Step step = decoder.step(in, room);
    used += room_before - room.size();
    if (step == Step::kDamaged) return fail(ErrorCode::kCorruption, "compressed data is damaged");
    if (used > limit)
      return fail(
          ErrorCode::kRefused,
          fmt::format("compressed data unpacks to more than the limit of {}", bytes_text(limit)));
    ended = step == Step::kEnd;
    const bool stuck = in.size() == in_before && room.size() == room_before;
    if (!ended && stuck && room_before > 0)
      return fail(ErrorCode::kCorruption, "compressed data ends early");
  }
  out.resize(used);
  return out;
}

}  // namespace

Compression compression_of(std::string_view name) {
  if (name.ends_with(".gz")) return Compression::kGzip;
  if (name.ends_with(".xz")) return Compression::kXz;
  if (name.ends_with(".zst")) return Compression::kZstd;
  return Compression::kNone;
}

std::string_view without_compression(std::string_view name) {
  switch (compression_of(name)) {
    case Compression::kNone: return name;
    case Compression::kGzip:
    case Compression::kXz: return name.substr(0, name.size() - 3);
    case Compression::kZstd: break;
  }
  return name.substr(0, name.size() - 4);
}

Result<Bytes> decompress(Compression compression, ByteView bytes, uint64_t limit) {
  if (compression != Compression::kNone) return run(*decoder_for(compression), bytes, limit);
  if (bytes.size() > limit)
    return fail(ErrorCode::kRefused,
                fmt::format("the data exceeds the limit of {}", bytes_text(limit)));
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace glass::data
