#include "framework/tensor/random.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

// FNV-1a with 64 bits. Philox mixes the result into the key, so it only has to tell names apart.
std::uint64_t hash(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return h;
}

// The key of a stream under `parent`. Step 2^64 - 1, which no stream stands at, keeps these counters apart
// from those of draws.
PhiloxKey derive_key(const PhiloxKey& parent, std::string_view name) {
  const std::uint64_t h = hash(name);
  const PhiloxCounter mixed = philox({low(h), high(h), ~std::uint32_t{0}, ~std::uint32_t{0}}, parent);
  return {mixed[0], mixed[1]};
}

}  // namespace

PhiloxCounter philox(const PhiloxCounter& counter, const PhiloxKey& key) {
  const r123::Philox4x32::ctr_type in = {{counter[0], counter[1], counter[2], counter[3]}};
  const r123::Philox4x32::key_type under = {{key[0], key[1]}};
  const r123::Philox4x32::ctr_type out = r123::Philox4x32_R<10>()(in, under);
  return {out[0], out[1], out[2], out[3]};
}

void Draws::refill() {
  block_ = philox(next_, key_);
  ++next_[0];
  used_ = 0;
}

std::uint64_t Draws::wide_bits() {
  const std::uint64_t first = bits();
  return first | std::uint64_t{bits()} << 32;
}

double Draws::uniform() { return static_cast<double>(wide_bits() >> 11) * 0x1p-53; }

double Draws::normal() {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));  // 1 - u is never 0
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::size_t Draws::below(std::size_t n) {
  if (n == 0) throw std::invalid_argument("Draws::below: there is no number below 0");
  const std::uint64_t range = n;
  const std::uint64_t uneven = (0 - range) % range;  // 2^64 mod n: the words left over after whole ranges
  std::uint64_t word = wide_bits();
  while (word < uneven) word = wide_bits();
  return static_cast<std::size_t>(word % range);
}

void Draws::fill_bits(std::span<std::uint32_t> into) {
  for (std::uint32_t& word : into) word = bits();
}

void Draws::fill_coins(std::span<Real> into) {
  constexpr std::size_t kWord = 32;
  for (std::size_t begin = 0; begin < into.size(); begin += kWord) {
    const std::uint32_t word = bits();
    const std::size_t count = std::min(kWord, into.size() - begin);
    for (std::size_t i = 0; i < count; ++i) into[begin + i] = static_cast<Real>(word >> i & 1U);
  }
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name)
    : key_(derive_key({low(seed), high(seed)}, name)) {}

RandomStream RandomStream::child(std::string_view name) const {
  RandomStream stream = *this;
  stream.key_ = derive_key(key_, name);
  return stream;
}

RandomStream RandomStream::step(std::uint64_t step) const {
  RandomStream stream = *this;
  stream.step_ = step;
  return stream;
}

RandomStream RandomStream::example(std::uint32_t example) const {
  RandomStream stream = *this;
  stream.example_ = example;
  return stream;
}

Draws RandomStream::draws() const { return Draws({0, example_, low(step_), high(step_)}, key_); }

}  // namespace tapehead::inline TAPEHEAD_PRECISION
