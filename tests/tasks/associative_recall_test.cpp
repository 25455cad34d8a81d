// Associative recall against a program that says from the inputs what the answer is.
#include "tasks/associative_recall.hpp"

#include <map>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/for_all.hpp"
#include "tests/tasks/episode.hpp"

using namespace tapehead;
using testing::for_all;
using testing::Given;

namespace {

using Item = std::vector<Row>;

Episode episode(const std::vector<Item>& items, std::size_t query) {
  const std::size_t bits = items.at(0).at(0).size();
  Episode whole(bits + 2, bits);
  for (const Item& item : items) {
    whole.show().with(bits, 1);
    for (const Row& vector : item) whole.show(vector);
  }
  whole.show().with(bits + 1, 1);
  for (const Row& vector : items.at(query)) whole.show(vector);
  whole.show().with(bits + 1, 1);
  for (const Row& vector : items.at(query + 1)) whole.say(vector);
  return whole;
}

struct Shown {
  std::vector<Item> items;
  Item query;
};

// What stands between the delimiters, read from left to right.
Shown read(const SequenceBatch& batch, std::size_t example, std::size_t bits) {
  Shown shown;
  std::size_t queries = 0;
  for (std::size_t t = 0; t < batch.steps(); ++t) {
    if (batch.inputs(t, example, bits) != 0) {
      shown.items.emplace_back();
    } else if (batch.inputs(t, example, bits + 1) != 0) {
      ++queries;
    } else if (queries == 1) {
      shown.query.push_back(input_bits(batch, t, example, bits));
    } else if (queries == 0 && !shown.items.empty()) {
      shown.items.back().push_back(input_bits(batch, t, example, bits));
    }
  }
  return shown;
}

struct Sizes {
  std::size_t least, most, item_length, bits;
};

std::string difference(const SequenceBatch& batch, const Sizes& sizes) {
  for (std::size_t b = 0; b < batch.size(); ++b) {
    const auto [items, query] = read(batch, b, sizes.bits);
    if (items.size() < sizes.least || items.size() > sizes.most)
      return std::to_string(items.size()) + " items";
    for (const Item& item : items) {
      if (item.size() != sizes.item_length || !are_bits(item)) return "an item is not one";
    }
    // Items may be equal: the answer is what followed one of those asked for.
    std::string wrong = "the query is none of the items but the last";
    for (std::size_t i = 0; i + 1 < items.size(); ++i) {
      if (items[i] != query) continue;
      wrong = episode(items, i).difference(batch, b);
      if (wrong.empty()) break;
    }
    if (!wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace

TEST_CASE("associative recall answers with the item after the one in question, as a naive program has it",
          "[associative_recall][property]") {
  for_all([](Given& given) -> std::string {
    Sizes sizes{};
    sizes.least = given.number("min_length", 2, 8);
    sizes.most = sizes.least + given.number("lengths more", 0, 6);
    sizes.item_length = given.number("item_length", 1, 5);
    sizes.bits = given.number("bits", 1, 8);
    const AssociativeRecall task({.min_length = sizes.least,
                                  .max_length = sizes.most,
                                  .item_length = sizes.item_length,
                                  .bits = sizes.bits});
    const RandomStream stream = RandomStream(given.seed(), "train").step(given.number("step", 0, 1000));
    const std::size_t examples = given.number("batch", 1, 4);
    const std::string wrong = difference(drawn(task, stream, examples), sizes);
    if (!wrong.empty()) return wrong;
    sizes.least = sizes.most = given.number("length", 2, 12);
    const std::string wrong_varied =
        difference(drawn(*task.with("length", sizes.most), stream, examples), sizes);
    return wrong_varied.empty() ? "" : "with a length: " + wrong_varied;
  });
}

TEST_CASE("associative recall as in the paper has 8 inputs, 6 targets and 4n + 8 steps",
          "[associative_recall]") {
  const AssociativeRecall task({});
  CHECK(task.input_size() == 8);
  CHECK(task.target_size() == 6);
  for (const std::size_t items : {2U, 6U, 20U})
    CHECK(drawn(*task.with_length(items), RandomStream(1, "train"), 1).steps() == 4 * items + 8);
}

TEST_CASE("associative recall lays two given items out as its picture says", "[associative_recall]") {
  const SequenceBatch batch = AssociativeRecall({}).of_items(as_tensor(from_hex("01 02 03 14 15 16", 6)), 0);
  CHECK(episode({from_hex("01 02 03", 6), from_hex("14 15 16", 6)}, 0).difference(batch, 0) == "");
  std::string delimiters;
  for (std::size_t t = 0; t < batch.steps(); ++t)
    delimiters += batch.inputs(t, 0, 6) != 0 ? '7' : batch.inputs(t, 0, 7) != 0 ? '8' : '.';
  CHECK(delimiters == "7...7...8...8...");
}

TEST_CASE("associative recall draws 2 to 6 items, and asks for any but the last, equally often",
          "[associative_recall]") {
  constexpr int kBatches = 20000;
  const AssociativeRecall task({.item_length = 1, .bits = 48});  // so wide that no two items are equal
  const RandomStream stream(1, "train");
  std::map<std::size_t, std::map<std::size_t, int>> counts;  // by items, then by query
  Batch batch;
  for (int step = 0; step < kBatches; ++step) {
    task.sample(stream.step(static_cast<std::uint64_t>(step)), 1, batch);
    const auto [items, query] = read(std::get<SequenceBatch>(batch), 0, 48);
    ++counts[items.size()][static_cast<std::size_t>(std::ranges::find(items, query) - items.begin())];
  }
  REQUIRE(counts.size() == 5);
  for (const auto& [items, by_query] : counts) {
    INFO(items << " items");
    CHECK((items >= 2 && items <= 6));
    CHECK(by_query.size() == items - 1);
    CHECK(by_query.rbegin()->first == items - 2);
    const double expected = kBatches / 5.0 / static_cast<double>(items - 1);
    for (const auto& [query, count] : by_query) CHECK(std::abs(count - expected) < 5 * std::sqrt(expected));
  }
}

TEST_CASE("the examples of a batch of associative recall have queries of their own", "[associative_recall]") {
  const SequenceBatch batch =
      drawn(*AssociativeRecall({}).with_length(6), RandomStream(1, "train").step(4), 40);
  std::map<std::size_t, int> queries;
  for (std::size_t b = 0; b < 40; ++b) {
    const auto [items, query] = read(batch, b, 6);
    ++queries[static_cast<std::size_t>(std::ranges::find(items, query) - items.begin())];
  }
  CHECK(queries.size() == 5);
}

TEST_CASE("guessing at associative recall costs 18 bits, for any number of items", "[associative_recall]") {
  const AssociativeRecall task({});
  CHECK(task.chance() == 18);
  CHECK(task.with_length(20)->chance() == 18);
  CHECK(cost_of_constant_guess(task, 2000) == Approx(18).epsilon(0.001));
  CHECK(task.optimum({}) == 0);
}

TEST_CASE("associative recall's probe is the very episode of the paper's Figure 12", "[associative_recall]") {
  const auto probes = AssociativeRecall({}).probes();
  REQUIRE(probes.size() == 1);
  CHECK(probes[0].name == "figure-12");
  const std::vector<Item> items = {from_hex("01 3f 31", 6), from_hex("01 30 3e", 6), from_hex("1c 09 37", 6),
                                   from_hex("17 0a 02", 6), from_hex("2d 27 30", 6), from_hex("12 05 2e", 6)};
  const auto& batch = std::get<SequenceBatch>(probes[0].batch);
  CHECK(episode(items, 1).difference(batch, 0) == "");
  CHECK(read(batch, 0, 6).query == items[1]);
  CHECK(AssociativeRecall({.item_length = 2}).probes().empty());
}

TEST_CASE("an associative recall task that cannot be is refused", "[associative_recall]") {
  CHECK_THROWS_WITH(AssociativeRecall({.min_length = 1}),
                    Catch::Contains("task.min_length must be at least 2"));
  CHECK_THROWS_WITH(AssociativeRecall({.min_length = 7}), Catch::Contains("task.min_length (7)"));
  CHECK_THROWS_AS(AssociativeRecall({.item_length = 0}), UsageError);
  CHECK_THROWS_WITH(AssociativeRecall({}).with("length", 1),
                    Catch::Contains("task.length must be at least 2"));
}
