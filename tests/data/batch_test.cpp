#include "framework/data/batch.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

template <class Tensor>
void number(Tensor& tensor) {
  using T = typename Tensor::value_type;
  std::iota(tensor.storage().begin(), tensor.storage().end(), T{1});
}

template <std::size_t N>
using Extents = std::array<std::size_t, N>;

SequenceBatch numbered_sequences(std::size_t steps, std::size_t examples) {
  SequenceBatch batch;
  reset(batch, steps, examples, 3, 2);
  number(batch.inputs);
  number(batch.targets);
  number(batch.mask);
  return batch;
}

}  // namespace

TEST_CASE("a reset sequence batch has the asked shape and is all zero", "[batch]") {
  SequenceBatch batch = numbered_sequences(7, 5);
  reset(batch, 4, 3, 10, 8);
  CHECK(batch.inputs.shape() == Extents<3>{4, 3, 10});
  CHECK(batch.targets.shape() == Extents<3>{4, 3, 8});
  CHECK(batch.mask.shape() == Extents<2>{4, 3});
  CHECK(batch.steps() == 4);
  CHECK(batch.size() == 3);
  const auto zero = [](Real x) { return x == 0; };
  CHECK(std::ranges::all_of(batch.inputs.storage(), zero));
  CHECK(std::ranges::all_of(batch.targets.storage(), zero));
  CHECK(std::ranges::all_of(batch.mask.storage(), zero));
}

TEST_CASE("a reset story batch has the asked shape and is all zero", "[batch]") {
  StoryBatch batch;
  reset(batch, {.examples = 2, .sentences = 3, .words = 4, .question_words = 5, .facts = 6});
  CHECK(batch.sentences.shape() == Extents<3>{2, 3, 4});
  CHECK(batch.sentence_lengths.shape() == Extents<2>{2, 3});
  CHECK(batch.story_lengths.shape() == Extents<1>{2});
  CHECK(batch.questions.shape() == Extents<2>{2, 5});
  CHECK(batch.question_lengths.shape() == Extents<1>{2});
  CHECK(batch.answers.shape() == Extents<1>{2});
  CHECK(batch.supporting_facts.shape() == Extents<2>{2, 6});
  CHECK(batch.supporting_counts.shape() == Extents<1>{2});
  CHECK(batch_size(batch) == 2);
  CHECK(std::ranges::all_of(batch.sentences.storage(), [](StoryBatch::Id id) { return id == 0; }));
}

TEST_CASE("a batch whose length varies keeps its storage once it has seen the longest", "[batch]") {
  SequenceBatch batch;
  Batch slice;
  reset(batch, 42, 16, 10, 8);
  slice_examples(batch, 0, 8, slice);
  const auto pointers = [&] {
    const auto& part = std::get<SequenceBatch>(slice);
    return std::array<const Real*, 6>{batch.inputs.data(), batch.targets.data(), batch.mask.data(),
                                      part.inputs.data(),  part.targets.data(),  part.mask.data()};
  };
  const auto before = pointers();
  for (const std::size_t steps : {4U, 42U, 20U, 6U, 42U}) {
    reset(batch, steps, 16, 10, 8);
    slice_examples(batch, 8, 16, slice);
    CHECK(pointers() == before);
    CHECK(std::get<SequenceBatch>(slice).steps() == steps);
  }
}

TEST_CASE("a slice of a sequence batch holds those examples at every step", "[batch]") {
  const SequenceBatch all = numbered_sequences(4, 5);
  Batch into;
  slice_examples(all, 1, 3, into);
  const auto& part = std::get<SequenceBatch>(into);
  REQUIRE(part.inputs.shape() == Extents<3>{4, 2, 3});
  REQUIRE(part.targets.shape() == Extents<3>{4, 2, 2});
  REQUIRE(part.mask.shape() == Extents<2>{4, 2});
  for (std::size_t t = 0; t < 4; ++t) {
    for (std::size_t b = 0; b < 2; ++b) {
      for (std::size_t c = 0; c < 3; ++c) CHECK(part.inputs(t, b, c) == all.inputs(t, b + 1, c));
      for (std::size_t c = 0; c < 2; ++c) CHECK(part.targets(t, b, c) == all.targets(t, b + 1, c));
      CHECK(part.mask(t, b) == all.mask(t, b + 1));
    }
  }
}

TEST_CASE("a slice of a story batch holds those stories whole", "[batch]") {
  StoryBatch all;
  reset(all, {.examples = 4, .sentences = 3, .words = 2, .question_words = 5, .facts = 2});
  number(all.sentences);
  number(all.sentence_lengths);
  number(all.story_lengths);
  number(all.questions);
  number(all.question_lengths);
  number(all.answers);
  number(all.supporting_facts);
  number(all.supporting_counts);
  Batch into;  // a sequence batch, which has to give way
  slice_examples(all, 2, 4, into);
  const auto& part = std::get<StoryBatch>(into);
  CHECK(batch_size(into) == 2);
  CHECK(part.sentences.storage() ==
        std::vector<StoryBatch::Id>{13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24});
  CHECK(part.sentence_lengths.storage() == std::vector<StoryBatch::Id>{7, 8, 9, 10, 11, 12});
  CHECK(part.story_lengths.storage() == std::vector<StoryBatch::Id>{3, 4});
  CHECK(part.questions.storage() == std::vector<StoryBatch::Id>{11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
  CHECK(part.question_lengths.storage() == std::vector<StoryBatch::Id>{3, 4});
  CHECK(part.answers.storage() == std::vector<StoryBatch::Id>{3, 4});
  CHECK(part.supporting_facts.storage() == std::vector<StoryBatch::Id>{5, 6, 7, 8});
  CHECK(part.supporting_counts.storage() == std::vector<StoryBatch::Id>{3, 4});
}

TEST_CASE("a slice beyond the batch, or backwards, is refused", "[batch]") {
  const Batch all = numbered_sequences(2, 5);
  Batch into;
  CHECK_THROWS_AS(slice_examples(all, 3, 6, into), std::out_of_range);
  CHECK_THROWS_AS(slice_examples(all, 3, 2, into), std::out_of_range);
  CHECK_NOTHROW(slice_examples(all, 5, 5, into));
  CHECK(batch_size(into) == 0);
}

TEST_CASE("a batch tensor converts to and from an ordinary xtensor", "[batch]") {
  const SequenceBatch batch = numbered_sequences(2, 2);
  const xt::xtensor<Real, 2> mask = batch.mask;
  SequenceBatch other;
  other.mask = mask;
  CHECK(other.mask.storage() == std::vector<Real>{1, 2, 3, 4});
}
