#include "glass/crypto/ecdsa.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "glass/base/check.h"
#include "glass/crypto/sha256.h"
#include "glass/system/random.h"

namespace glass::crypto {
namespace {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freed<EC_POINT_clear_free>>;
using DerSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using ParameterBuild = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Scalar = std::array<uint8_t, 32>;

constexpr std::string_view kPemBegin = "-----BEGIN PUBLIC KEY-----\n";
constexpr std::string_view kPemEnd = "-----END PUBLIC KEY-----\n";

struct Curve {
  std::string_view group;  // as OpenSSL calls it
  std::string_view name;   // as FIPS 186 does
  const EVP_MD* (*digest)();
};

constexpr Curve kCurves[] = {{"prime256v1", "P-256", EVP_sha256},
                             {"secp384r1", "P-384", EVP_sha384},
                             {"secp521r1", "P-521", EVP_sha512}};

const Curve* curve_of(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  size_t length = 0;
  if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(),
                                     &length) != 1)
    return nullptr;
  const auto* found =
      std::ranges::find(kCurves, std::string_view(group.data(), length), &Curve::group);
  return found == std::end(kCurves) ? nullptr : found;
}

Bio reader(std::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  GLASS_CHECK(bio != nullptr);
  return bio;
}

// A file that asks for a password is refused; the terminal is not asked.
int no_password(char*, int, int, void*) {
  return -1;
}

std::string written(BIO* bio) {
  char* begin = nullptr;
  const long size = BIO_get_mem_data(bio, &begin);
  return {begin, static_cast<size_t>(size)};
}

// A number kept in constant time where OpenSSL can.
Number secret(const Scalar& bytes) {
  Number number(BN_secure_new());
  GLASS_CHECK(number != nullptr &&
              BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number.get()) != nullptr);
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

Number number() {
  Number made(BN_secure_new());
  GLASS_CHECK(made != nullptr);
  return made;
}

Scalar bytes_of(const BIGNUM* number) {
  Scalar bytes{};
  GLASS_CHECK(BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size())) == 32);
  return bytes;
}

struct P256 {
  P256() : group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)), context(BN_CTX_secure_new()) {
    GLASS_CHECK(group != nullptr && context != nullptr);
    order = EC_GROUP_get0_order(group.get());
  }

  [[nodiscard]] Point times_base(const BIGNUM* scalar) const {
    Point point(EC_POINT_new(group.get()));
    GLASS_CHECK(point != nullptr && EC_POINT_mul(group.get(), point.get(), scalar, nullptr, nullptr,
                                                 context.get()) == 1);
    return point;
  }

  [[nodiscard]] bool holds(const BIGNUM* scalar) const {
    return BN_is_zero(scalar) == 0 && BN_cmp(scalar, order) < 0;
  }

  Group group;
  NumberContext context;
  const BIGNUM* order;
};

// The nonces of RFC 6979, section 3.2, for a digest of the length of the order.
class Nonces {
 public:
  Nonces(const Scalar& secret_scalar, const Scalar& digest_mod_order) {
    value_.fill(1);
    key_.fill(0);
    update(0, secret_scalar, digest_mod_order);
    update(1, secret_scalar, digest_mod_order);
  }

  ~Nonces() {
    OPENSSL_cleanse(key_.data(), key_.size());
    OPENSSL_cleanse(value_.data(), value_.size());
  }

  Nonces(const Nonces&) = delete;
  Nonces& operator=(const Nonces&) = delete;

  Number next(const P256& curve) {
    for (;;) {
      value_ = hmac(key_, value_);
      Number candidate = secret(value_);
      if (curve.holds(candidate.get())) return candidate;
      reject();
    }
  }

  // The one before gave no signature.
  void reject() {
    Bytes message(value_.begin(), value_.end());
    message.push_back(0);
    key_ = hmac(key_, message);
    value_ = hmac(key_, value_);
  }

 private:
  static Scalar hmac(const Scalar& key, ByteView message) {
    Scalar out{};
    unsigned length = 0;
    GLASS_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(),
                     message.size(), out.data(), &length) != nullptr);
    return out;
  }

  void update(uint8_t round, const Scalar& secret_scalar, const Scalar& digest) {
    Bytes message(value_.begin(), value_.end());
    message.push_back(round);
    message.insert(message.end(), secret_scalar.begin(), secret_scalar.end());
    message.insert(message.end(), digest.begin(), digest.end());
    key_ = hmac(key_, message);
    value_ = hmac(key_, value_);
    OPENSSL_cleanse(message.data(), message.size());
  }

  Scalar key_{}, value_{};
};

Bytes der_of(Number r, Number s) {
  const DerSignature signature(ECDSA_SIG_new());
  GLASS_CHECK(signature != nullptr &&
              ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1);
  uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  GLASS_CHECK(size > 0);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

// The pair of keys as OpenSSL holds it; with the public half alone if `with_secret` is false.
Key key_of(const Scalar& scalar, bool with_secret) {
  const P256 curve;
  const Number d = secret(scalar);
  const Point point = curve.times_base(d.get());
  std::array<uint8_t, 65> encoded{};
  GLASS_CHECK(EC_POINT_point2oct(curve.group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                                 encoded.data(), encoded.size(),
                                 curve.context.get()) == encoded.size());
  const ParameterBuild build(OSSL_PARAM_BLD_new());
  GLASS_CHECK(build != nullptr &&
              OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                              kCurves[0].group.data(), 0) == 1 &&
              OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(),
                                               encoded.size()) == 1);
  if (with_secret)
    GLASS_CHECK(OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get()) == 1);
  const Parameters parameters(OSSL_PARAM_BLD_to_param(build.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  GLASS_CHECK(
      parameters != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &made, with_secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                        parameters.get()) == 1);
  return Key(made);
}

}  // namespace

struct EcdsaPublicKey::Handle {
  Key key;
  const Curve* curve;
};

Result<EcdsaPublicKey> EcdsaPublicKey::from_pem(std::string_view pem) {
  const Bio bio = reader(pem);
  Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  const Curve* curve = key == nullptr ? nullptr : curve_of(key.get());
  if (curve == nullptr)
    return invalid_input(
        "it is no public key in PEM (\"-----BEGIN PUBLIC KEY-----\") of P-256, P-384 or P-521");
  return EcdsaPublicKey(std::make_shared<Handle>(Handle{std::move(key), curve}));
}

std::string EcdsaPublicKey::to_pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  GLASS_CHECK(bio != nullptr && PEM_write_bio_PUBKEY(bio.get(), handle_->key.get()) == 1);
  return written(bio.get());
}

Result<EcdsaPublicKey> EcdsaPublicKey::from_base64(std::string_view base64) {
  constexpr size_t kColumns = 64;
  std::string pem(kPemBegin);
  const std::string_view whole = base64;
  for (; !base64.empty(); base64.remove_prefix(std::min(base64.size(), kColumns)))
    pem.append(base64.substr(0, kColumns)).append("\n");
  auto key = from_pem(pem.append(kPemEnd));
  if (key && key->to_base64() == whole) return key;
  return invalid_input(
      "it is no public key of P-256, P-384 or P-521 in base64: the lines of its PEM file between "
      "the first and the last, as one");
}

std::string EcdsaPublicKey::to_base64() const {
  std::string pem = to_pem();
  std::erase(pem, '\n');
  const size_t begin = kPemBegin.size() - 1, end = kPemEnd.size() - 1;
  return pem.substr(begin, pem.size() - begin - end);
}

std::string_view EcdsaPublicKey::curve() const {
  return handle_->curve->name;
}

bool EcdsaPublicKey::verify(ByteView message, ByteView signature) const {
  const DigestContext context(EVP_MD_CTX_new());
  GLASS_CHECK(context != nullptr &&
              EVP_DigestVerifyInit(context.get(), nullptr, handle_->curve->digest(), nullptr,
                                   handle_->key.get()) == 1);
  const bool right = EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                      message.data(), message.size()) == 1;
  ERR_clear_error();
  return right;
}

P256SecretKey P256SecretKey::generate() {
  for (;;) {
    Scalar scalar{};
    system::fill_random(scalar);
    auto key = from_scalar(scalar);
    OPENSSL_cleanse(scalar.data(), scalar.size());
    if (key) return *key;
  }
}

Result<P256SecretKey> P256SecretKey::from_scalar(const Scalar& big_endian) {
  if (!P256().holds(secret(big_endian).get()))
    return invalid_input("it is no secret key of P-256: it is 0, or not below the group's order");
  P256SecretKey key;
  key.scalar_ = big_endian;
  return key;
}

P256SecretKey::~P256SecretKey() {
  OPENSSL_cleanse(scalar_.data(), scalar_.size());
}

EcdsaPublicKey P256SecretKey::public_key() const {
  return EcdsaPublicKey(std::make_shared<EcdsaPublicKey::Handle>(
      EcdsaPublicKey::Handle{key_of(scalar_, false), kCurves}));
}

Bytes P256SecretKey::sign(ByteView message) const {
  const P256 curve;
  BN_CTX* context = curve.context.get();
  const Number d = secret(scalar_), digest = secret(sha256(message).bytes), reduced = number();
  GLASS_CHECK(BN_nnmod(reduced.get(), digest.get(), curve.order, context) == 1);
  Nonces nonces(scalar_, bytes_of(reduced.get()));
  for (;;) {
    const Number k = nonces.next(curve);
    const Point point = curve.times_base(k.get());
    Number x = number(), r = number(), s = number();
    const Number inverse = number(), product = number();
    GLASS_CHECK(EC_POINT_get_affine_coordinates(curve.group.get(), point.get(), x.get(), nullptr,
                                                context) == 1 &&
                BN_nnmod(r.get(), x.get(), curve.order, context) == 1 &&
                BN_mod_inverse(inverse.get(), k.get(), curve.order, context) != nullptr &&
                BN_mod_mul(product.get(), r.get(), d.get(), curve.order, context) == 1 &&
                BN_mod_add(product.get(), product.get(), reduced.get(), curve.order, context) ==
                    1 &&
                BN_mod_mul(s.get(), inverse.get(), product.get(), curve.order, context) == 1);
    if (BN_is_zero(r.get()) == 0 && BN_is_zero(s.get()) == 0)
      return der_of(std::move(r), std::move(s));
    nonces.reject();
  }
}

Result<P256SecretKey> P256SecretKey::load(system::Files& files, const system::Path& file) {
  GLASS_TRY(const Bytes bytes, files.read_private(file));
  const Bio bio = reader(as_text(bytes));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  const Curve* curve = key == nullptr ? nullptr : curve_of(key.get());
  BIGNUM* found = nullptr;
  if (curve != kCurves || EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &found) != 1)
    return invalid_input(fmt::format(
        "{} is no secret key of P-256 in PEM without a password; \"openssl genpkey -algorithm EC "
        "-pkeyopt ec_paramgen_curve:P-256\" makes one",
        system::path_text(file)));
  const Number scalar(found);
  return from_scalar(bytes_of(scalar.get()));
}

Status P256SecretKey::save(system::Files& files, const system::Path& file) const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  const Key key = key_of(scalar_, true);
  GLASS_CHECK(bio != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr,
                                                              nullptr, 0, nullptr, nullptr) == 1);
  std::string pem = written(bio.get());
  const Status saved = files.write_private(file, as_bytes(pem));
  OPENSSL_cleanse(pem.data(), pem.size());
  return saved;
}

}  // namespace glass::crypto
