#include "experiments/answered_story.hpp"

#include <sstream>
#include <stdexcept>

#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

const std::vector<std::string> kWords = {"garden", "is", "john", "kitchen", "left", "mary", "where"};

// Two examples: "mary left", "john left"; and "john left".
TraceSet traces() {
  const auto tensor = [](const char* name, std::vector<std::string> axes, std::vector<std::size_t> shape,
                         std::vector<float> values) {
    return TraceTensor{.name = name,
                       .long_name = "",
                       .axes = std::move(axes),
                       .shape = std::move(shape),
                       .values = std::move(values)};
  };
  return {.steps = {7},
          .tensors = {tensor("story", {"step", "example", "sentence", "word"}, {1, 2, 2, 2},
                             {6, 5, 3, 5, 3, 5, 0, 0}),
                      tensor("question", {"step", "example", "word"}, {1, 2, 3}, {7, 2, 6, 7, 2, 3}),
                      tensor("right_answer", {"step", "example"}, {1, 2}, {4, 1}),
                      tensor("answer", {"step", "example"}, {1, 2}, {4, 4}),
                      tensor("answer_probability", {"step", "example"}, {1, 2}, {1, 0.625F}),
                      tensor("support", {"step", "example", "sentence"}, {1, 2, 2}, {1, 0, 1, 0}),
                      // More places than statements.
                      tensor("attention", {"step", "example", "hop", "place"}, {1, 2, 2, 3},
                             {0.75F, 0.25F, 0, 1, 0, 0, 0.5F, 0.25F, 0.25F, 1, 0, 0})}};
}

std::string written(const ShownStory& shown, const TraceSet& of = traces()) {
  std::ostringstream out;
  write_answered_story(out, of, kWords, shown);
  return out.str();
}

}  // namespace

TEST_CASE("a story is written with the weight of each hop, and its answer", "[babi]") {
  CHECK(written({}) ==
        "                  hop 1  hop 2\n"
        "  mary left        0.75   1.00\n"
        "  john left        0.25   0.00\n"
        "  where is mary?  kitchen (1.00)\n\n");
}

TEST_CASE("attention without its softmax is told to be scores", "[babi]") {
  TraceSet linear = traces();
  linear.tensors.back().values = {-0.75F, 12.25F, 0, 1.5F, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(written({}, linear) ==
        "                  hop 1  hop 2\n"
        "  mary left       -0.75   1.50\n"
        "  john left       12.25   0.00\n"
        "  where is mary?  kitchen (1.00)\n"
        "  (linear start: the hops have scores, not probabilities)\n\n");
}

TEST_CASE("supporting facts are marked, and a wrong answer is told", "[babi]") {
  CHECK(written({.example = 1, .judged = true}) ==
        "                  hop 1  hop 2\n"
        "  ● john left      0.50   1.00\n"
        "  where is john?  kitchen (0.62), wrong: it is garden\n\n");
}

TEST_CASE("statements that the net was not told have no weights", "[babi]") {
  CHECK(written({.example = 1, .forgotten = {"mary went to the garden"}}) ==
        "                           hop 1  hop 2\n"
        "  mary went to the garden      -      -\n"
        "  john left                 0.50   1.00\n"
        "  where is john?           kitchen (0.62)\n\n");
}

TEST_CASE("of a net with slots a story is written with the gates of those that were read", "[babi]") {
  TraceSet slots = traces();
  slots.tensors.back() = {.name = "gates",
                          .long_name = "",
                          .axes = {"step", "example", "sentence", "slot"},
                          .shape = {1, 2, 3, 2},
                          .values = {1, 0.5F, 0, 0.25F, 0, 0, 0.25F, 0.75F, 0, 0, 0, 0}};
  slots.tensors.push_back({.name = "slot_weights",
                           .long_name = "",
                           .axes = {"step", "example", "slot"},
                           .shape = {1, 2, 2},
                           .values = {0.5F, 0.5F, 0, 1}});
  CHECK(written({}, slots) ==
        "                   gate\n"
        "  mary left        0.75\n"
        "  john left        0.12\n"
        "  where is mary?  kitchen (1.00)\n\n");
  CHECK(written({.example = 1, .forgotten = {"mary left"}}, slots) ==
        "                   gate\n"
        "  mary left           -\n"
        "  john left        0.75\n"
        "  where is john?  kitchen (0.62)\n\n");
}

TEST_CASE("of a net without hops a story is written without weights", "[babi]") {
  TraceSet without = traces();
  without.tensors.pop_back();
  CHECK(written({}, without) ==
        "  mary left     \n"
        "  john left     \n"
        "  where is mary?  kitchen (1.00)\n\n");
}

TEST_CASE("hops at the end that looked nowhere are left out", "[babi]") {
  TraceSet traces_of_ranking = traces();
  std::vector<float>& attention = traces_of_ranking.tensors.back().values;
  attention = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(written({}, traces_of_ranking) ==
        "                  hop 1\n"
        "  mary left        0.00\n"
        "  john left        1.00\n"
        "  where is mary?  kitchen (1.00)\n\n");
  CHECK(written({.example = 1}, traces_of_ranking) ==
        "  john left     \n"
        "  where is john?  kitchen (0.62)\n\n");
  attention = {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};  // none but at the end
  CHECK_THAT(written({}, traces_of_ranking), Catch::StartsWith("                  hop 1  hop 2\n"));
}

TEST_CASE("an answer that was ranked has a lead and no probability", "[babi]") {
  TraceSet ranked = traces();
  ranked.tensors[4].name = "answer_lead";
  ranked.tensors[4].values = {0.125F, 1.5F};
  CHECK_THAT(written({.example = 1, .judged = true}, ranked),
             Catch::Contains("  kitchen (1.50 ahead), wrong: it is garden\n"));
}

TEST_CASE("an example that is not there is refused", "[babi]") {
  CHECK_THROWS_AS(written({.example = 2}), std::out_of_range);
}
