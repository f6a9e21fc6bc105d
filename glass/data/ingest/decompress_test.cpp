#include "glass/data/ingest/decompress.h"

#include <lzma.h>
#include <zlib.h>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zstd.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"

namespace glass::data {
namespace {

Bytes gzip(std::string_view text) {
  z_stream stream{};
  GLASS_CHECK(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(text.size() + 1000);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  GLASS_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Bytes xz(std::string_view text) {
  Bytes out(text.size() + 1000);
  size_t size = 0;
  GLASS_CHECK(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr, as_bytes(text).data(),
                                      text.size(), out.data(), &size, out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}

Bytes zstd(std::string_view text) {
  Bytes out(ZSTD_compressBound(text.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

struct Format {
  Compression compression;
  Bytes (*encode)(std::string_view);
};

const std::vector<Format> kFormats = {
    {Compression::kGzip, gzip}, {Compression::kXz, xz}, {Compression::kZstd, zstd}};

std::string unpacked(const Format& format, const Bytes& bytes, uint64_t limit) {
  const auto out = decompress(format.compression, bytes, limit);
  return out ? std::string(as_text(*out)) : "error: " + out.error().message;
}

RC_GTEST_PROP(Decompress, GivesBackWhatWasCompressed, (const std::string& text)) {
  for (const Format& format : kFormats)
    RC_ASSERT(unpacked(format, format.encode(text), text.size()) == text);
}

TEST(Decompress, StreamsThatFollowEachOtherAreOneFile) {
  for (const Format& format : kFormats) {
    Bytes bytes = format.encode("one ");
    const Bytes second = format.encode("two");
    bytes.insert(bytes.end(), second.begin(), second.end());
    EXPECT_EQ(unpacked(format, bytes, 7), "one two");
  }
}

TEST(Decompress, ALimitIsReachedButNotExceeded) {
  const std::string text(100000, 'x');
  for (const Format& format : kFormats) {
    const Bytes bytes = format.encode(text);
    EXPECT_EQ(unpacked(format, bytes, text.size()), text);
    const auto out = decompress(format.compression, bytes, text.size() - 1);
    ASSERT_FALSE(out.has_value());
    EXPECT_EQ(out.error().code, ErrorCode::kRefused);
  }
  EXPECT_EQ(decompress(Compression::kNone, as_bytes("abc"), 2).error().code, ErrorCode::kRefused);
}

TEST(Decompress, DamageAndMissingEndsAreCorruption) {
  const std::string text = "the quick brown fox jumps over the lazy dog, and again and again";
  for (const Format& format : kFormats) {
    const Bytes whole = format.encode(text);
    for (size_t size = 0; size < whole.size(); ++size) {
      const auto out = decompress(format.compression, ByteView(whole).first(size), 1000);
      ASSERT_FALSE(out.has_value()) << size;
      EXPECT_EQ(out.error().code, ErrorCode::kCorruption);
    }
    Bytes flipped = whole;
    flipped[0] ^= 1;
    EXPECT_EQ(unpacked(format, flipped, 1000), "error: compressed data is damaged");
  }
}

TEST(Decompress, NamesTellTheFormat) {
  EXPECT_EQ(compression_of("a.tar.xz"), Compression::kXz);
  EXPECT_EQ(compression_of("a.jsonl.zst"), Compression::kZstd);
  EXPECT_EQ(compression_of("ls.1.gz"), Compression::kGzip);
  EXPECT_EQ(compression_of("a.txt"), Compression::kNone);
  EXPECT_EQ(without_compression("a.jsonl.zst"), "a.jsonl");
  EXPECT_EQ(without_compression("a.txt"), "a.txt");
}

}  // namespace
}  // namespace glass::data
