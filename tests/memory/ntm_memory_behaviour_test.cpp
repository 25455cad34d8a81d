// What an NTM's memory does, told with heads that the test drives itself.
#include <cmath>

#include "tests/memory/driven_heads.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;
using tapehead::testing::close_to;

namespace {

NtmMemory::Options options(std::size_t slots, std::size_t width, const std::string& order = "read_first") {
  NtmMemory::Options result;
  result.slots = slots;
  result.width = width;
  result.key_activation = "linear";
  result.order = order;
  return result;
}

// Not uniform, not symmetric.
std::vector<Real> uneven(std::size_t slots) {
  std::vector<Real> weights;
  Real total = 0;
  for (std::size_t i = 0; i < slots; ++i) total += weights.emplace_back(static_cast<Real>(1 + (i * 5) % 7));
  for (Real& weight : weights) weight /= total;
  return weights;
}

}  // namespace

TEST_CASE("what was written under a key is read back under it", "[memory]") {
  for (const char* const order : {"read_first", "write_first"}) {
    INFO(order);
    DrivenHeads heads(options(9, 6, order));
    // Words whose first half is the key and whose second half is what is kept under it.
    const std::vector<std::vector<Real>> words = {
        {2, 0, 0, 0.1F, 0.2F, 0.3F}, {0, 2, 0, -0.3F, 0.4F, 0.1F}, {0, 0, 2, 0.5F, -0.1F, -0.4F}};
    heads.set_write_weights(focus_on(8, 9));
    for (const auto& word : words) {  // to slots 0, 1, 2
      std::vector<Real> raw = heads.idle();
      heads.shift(raw, 1, +1);
      heads.put(raw, 0, word);
      heads.step(raw);
    }
    CHECK_THAT(heads.slot(1), close_to(words[1], 1e-5));
    for (const std::size_t wanted : {2U, 0U, 1U}) {
      std::vector<Real> raw = heads.idle();
      const auto& word = words[wanted];
      heads.look_for(raw, 0, {word[0], word[1], word[2], 0, 0, 0});
      // Sharpening leaves the best match alone.
      raw[heads.layout.sharpening(0)] = 20;
      CHECK_THAT(heads.step(raw), close_to(word, 1e-3));
    }
  }
}

TEST_CASE("a step that writes first reads what it wrote, one that reads first does not", "[memory]") {
  for (const bool read_first : {true, false}) {
    INFO((read_first ? "read first" : "write first"));
    DrivenHeads heads(options(5, 2, read_first ? "read_first" : "write_first"));
    heads.set_write_weights(focus_on(3, 5));
    heads.set_read_weights(focus_on(3, 5));
    const std::vector<Real> before = heads.slot(3);
    std::vector<Real> raw = heads.idle();
    heads.put(raw, 0, {0.25F, -0.75F});
    const std::vector<Real> read = heads.step(raw);
    CHECK_THAT(read, close_to(read_first ? before : std::vector<Real>{0.25F, -0.75F}, 1e-5));
    CHECK_THAT(heads.slot(3), close_to({0.25, -0.75}, 1e-5));
  }
}

TEST_CASE("writing changes the slot in focus and no other", "[memory]") {
  DrivenHeads heads(options(7, 3));
  std::vector<std::vector<Real>> before;
  for (std::size_t i = 0; i < 7; ++i) before.push_back(heads.slot(i));
  heads.set_write_weights(focus_on(6, 7));
  std::vector<Real> raw = heads.idle();
  heads.put(raw, 0, {1, 2, 3});
  heads.step(raw);
  CHECK_THAT(heads.slot(6), close_to({1, 2, 3}, 1e-5));
  for (std::size_t i = 0; i < 6; ++i) CHECK_THAT(heads.slot(i), close_to(before[i], 1e-6));
}

TEST_CASE("a shift of +1 moves the focus from i to i + 1, and from the last slot to the first", "[memory]") {
  DrivenHeads heads(options(5, 2));
  std::vector<Real> forward = heads.idle();
  heads.shift(forward, 0, +1);
  heads.shift(forward, 1, -1);
  heads.set_read_weights(focus_on(3, 5));
  heads.set_write_weights(focus_on(1, 5));
  for (const auto& [read, write] : {std::pair{4U, 0U}, {0U, 4U}, {1U, 3U}}) {
    heads.step(forward);
    CHECK_THAT(heads.read_weights(), close_to(focus_on(read, 5), 1e-5));
    CHECK_THAT(heads.write_weights(), close_to(focus_on(write, 5), 1e-5));
  }
}

TEST_CASE("shifts reach as far as the range says", "[memory]") {
  NtmMemory::Options wide = options(11, 2);
  wide.shift_range = 3;
  DrivenHeads heads(wide);
  for (std::ptrdiff_t by = -3; by <= 3; ++by) {
    heads.set_read_weights(focus_on(2, 11));
    std::vector<Real> raw = heads.idle();
    heads.shift(raw, 0, by);
    heads.step(raw);
    CHECK_THAT(heads.read_weights(),
               close_to(focus_on(static_cast<std::size_t>((2 + by + 11) % 11), 11), 1e-5));
  }
}

TEST_CASE("sharpening raises weights to a power and normalises them", "[memory]") {
  DrivenHeads heads(options(7, 2));
  const std::vector<Real> weights = uneven(7);
  heads.set_read_weights(weights);
  std::vector<Real> raw = heads.idle();
  raw[heads.layout.sharpening(0)] = 4;
  heads.step(raw);
  const double exponent = 1 + std::log1p(std::exp(4.0));
  std::vector<double> expected;
  double total = 0;
  for (const Real weight : weights)
    total += expected.emplace_back(std::pow(static_cast<double>(weight), exponent));
  for (double& weight : expected) weight /= total;
  CHECK_THAT(heads.read_weights(), close_to(expected, 1e-5));
  CHECK(*std::max_element(expected.begin(), expected.end()) >
        2 * *std::max_element(weights.begin(), weights.end()));
}

TEST_CASE("a closed gate keeps the last weighting, whatever the key", "[memory]") {
  DrivenHeads heads(options(7, 2));
  heads.set_read_weights(uneven(7));
  heads.set_write_weights(focus_on(4, 7));
  std::vector<Real> raw = heads.idle();
  heads.look_for(raw, 0, heads.slot(2));
  heads.look_for(raw, 1, heads.slot(2));
  raw[heads.layout.gate(0)] = raw[heads.layout.gate(1)] = -kSaturated;
  heads.step(raw);
  CHECK_THAT(heads.read_weights(), close_to(uneven(7), 1e-5));
  CHECK_THAT(heads.write_weights(), close_to(focus_on(4, 7), 1e-5));
}

TEST_CASE("an open gate forgets the last weighting and looks for the key", "[memory]") {
  NtmMemory::Options spread = options(7, 4);
  spread.initial_scale = 1;
  DrivenHeads heads(spread);
  heads.set_read_weights(focus_on(5, 7));
  std::vector<Real> raw = heads.idle();
  heads.look_for(raw, 0, heads.slot(2));
  raw[heads.layout.sharpening(0)] = 20;
  heads.step(raw);
  CHECK_THAT(heads.read_weights(), close_to(focus_on(2, 7), 1e-3));
}

TEST_CASE("two write heads erase before either adds", "[memory]") {
  NtmMemory::Options two = options(5, 2);
  two.write_heads = 2;
  DrivenHeads heads(two);
  std::vector<Real> both = focus_on(1, 5);
  const std::vector<Real> again = both;
  both.insert(both.end(), again.begin(), again.end());
  heads.set_write_weights(both);
  std::vector<Real> raw = heads.idle();
  heads.put(raw, 0, {1, 2});
  heads.put(raw, 1, {10, 20});
  heads.step(raw);
  CHECK_THAT(heads.slot(1), close_to({11, 22}, 1e-5));  // head by head it would be 10, 20
}

TEST_CASE("slots that start equal become different, if the heads start asymmetric", "[memory]") {
  NtmMemory::Options equal;
  equal.slots = 8;
  equal.width = 4;
  equal.initial = "constant";
  equal.initial_value = 0.01;
  const auto spread_after = [&](double initial_focus) {
    equal.initial_focus = initial_focus;
    DrivenHeads heads(equal);
    for (int t = 0; t < 10; ++t) {
      std::vector<Real> raw(heads.layout.columns());
      for (std::size_t i = 0; i < raw.size(); ++i)
        raw[i] = std::sin(static_cast<Real>(t * 7 + static_cast<int>(i)));
      heads.step(raw);
    }
    Real spread = 0;
    for (std::size_t i = 1; i < 8; ++i)
      spread = std::max(spread, std::abs(heads.slot(i)[0] - heads.slot(0)[0]));
    return spread;
  };
  CHECK(spread_after(0) < 1e-6);
  CHECK(spread_after(0.1) > 1e-4);
}
