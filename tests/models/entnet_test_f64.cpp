#include "framework/models/entnet.hpp"

#include <cmath>

#include "framework/autodiff/gradient_check.hpp"
#include "framework/models/model_catalogue.hpp"
#include "framework/tensor/error.hpp"
#include "tests/models/one_by_one.hpp"
#include "tests/models/random_stories.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tensor_matcher.hpp"

using namespace tapehead;

namespace {

using Vector = std::vector<double>;

const StoryShape kShape = testing::kSmallStories;
const TaskShape kTask = testing::kSmallStoryTask;

EntNet::Options options(const std::string& conventions) {
  return {.slots = 3, .width = 5, .conventions = conventions, .initial_deviation = 0.5};
}

// All slopes begin at 1, where a ReLU with a slope is nothing: here they do not.
void bend(EntNet& model) {
  for (std::uint32_t i = 0; i < model.parameters().all().size(); ++i) {
    if (model.parameters().all()[i].path != "slopes") continue;
    const std::span<Real> slopes = model.parameters().values(Var{i});
    for (std::size_t k = 0; k < slopes.size(); ++k) slopes[k] = 0.2 + 0.1 * static_cast<double>(k);
  }
}

// The network by loops over one example, one sentence and one slot at a time, all by the paths of its parameters.
class ByLoops {
 public:
  ByLoops(const EntNet& model, bool released) : model_(model), released_(released) {}

  Vector logits(const StoryBatch& batch, std::size_t b) const {
    const std::size_t d = 5, slots = 3, length = static_cast<std::size_t>(batch.story_lengths(b));
    std::vector<Vector> keys, h;
    for (std::size_t j = 0; j < slots; ++j) {
      keys.emplace_back();
      for (std::size_t k = 0; k < d; ++k) keys[j].push_back(at("embedding/words", kShape.words + j, k, d));
    }
    h = keys;
    for (std::size_t t = length > kShape.statements ? length - kShape.statements : 0; t < length; ++t) {
      const Vector s = encoded("embedding/statement_mask", &batch.sentences(b, t, 0),
                               static_cast<std::size_t>(batch.sentence_lengths(b, t)));
      for (std::size_t j = 0; j < slots; ++j) {
        const double bias = released_ ? at("memory/gate_bias", 0, j, slots) : 0;
        const double gate = 1 / (1 + std::exp(-(dot(s, h[j]) + dot(s, keys[j]) + bias)));
        Vector sum = times(h[j], "memory/recurrent");
        const Vector of_key = times(keys[j], "memory/key"), of_sentence = times(s, "memory/sentence");
        for (std::size_t k = 0; k < d; ++k) {
          sum[k] += of_key[k] + of_sentence[k] + (released_ ? at("memory/key", d, k, d) : 0);
          h[j][k] += gate * phi(sum[k], k);
        }
        const double norm = std::sqrt(dot(h[j], h[j]));
        for (double& x : h[j]) x /= norm;
      }
    }
    const Vector q = encoded("embedding/question_mask", &batch.questions(b, 0),
                             static_cast<std::size_t>(batch.question_lengths(b)));
    double total = 0;
    Vector u(d);
    for (std::size_t j = 0; j < slots; ++j) total += std::exp(dot(q, h[j]));
    for (std::size_t j = 0; j < slots; ++j) {
      for (std::size_t k = 0; k < d; ++k) u[k] += std::exp(dot(q, h[j])) / total * h[j][k];
    }
    Vector found = times(u, "hop/weight");
    for (std::size_t k = 0; k < d; ++k) found[k] = phi(q[k] + found[k], k);
    Vector result = times(found, "output/weight", kShape.words);
    if (released_) result.push_back(0);  // nil
    return result;
  }

 private:
  double at(const std::string& path, std::size_t row, std::size_t column, std::size_t columns) const {
    const auto& all = model_.parameters().all();
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      if (all[i].path == path) return model_.parameters().values(Var{i})[row * columns + column];
    }
    FAIL("no parameter " << path);
    return 0;
  }
  double phi(double x, std::size_t k) const { return x > 0 ? x : at("slopes", 0, k, 5) * x; }
  Vector times(const Vector& x, const std::string& path, std::size_t columns = 5) const {
    Vector result(columns);
    for (std::size_t k = 0; k < columns; ++k) {
      for (std::size_t i = 0; i < x.size(); ++i) result[k] += x[i] * at(path, i, k, columns);
    }
    return result;
  }
  Vector encoded(const std::string& mask, const StoryBatch::Id* words, std::size_t count) const {
    Vector result(5);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < 5; ++k)
        result[k] += at(mask, i, k, 5) * at("embedding/words", static_cast<std::size_t>(words[i]) - 1, k, 5);
    }
    return result;
  }
  static double dot(const Vector& a, const Vector& b) {
    double total = 0;
    for (std::size_t k = 0; k < a.size(); ++k) total += a[k] * b[k];
    return total;
  }

  const EntNet& model_;
  bool released_;
};

}  // namespace

TEST_CASE("an entity network is its equations, and with released conventions the authors' program",
          "[entnet]") {
  for (const std::string conventions : {"paper", "released"}) {
    INFO(conventions);
    EntNet model(kTask, options(conventions), 1);
    bend(model);
    const StoryBatch batch = testing::random_stories(9, 7);  // more statements than are kept
    Tape tape;
    tape.reset(model.parameters().leaves(nullptr));
    const Var logits = model.predict(tape, batch, Steps::scored, nullptr).logits;
    const std::size_t columns = kShape.words + (conventions == "released" ? 1 : 0);
    REQUIRE(tape.shape(logits) == Shape{9, columns});
    const ByLoops loops(model, conventions == "released");
    for (std::size_t b = 0; b < 9; ++b)
      CHECK_THAT(tape.value(logits).subspan(b * columns, columns),
                 testing::close_to(loops.logits(batch, b), 1e-12));
  }
}

TEST_CASE("an entity network has the parameters of the paper, and starts as it says", "[entnet]") {
  for (const std::string conventions : {"paper", "released"}) {
    const bool released = conventions == "released";
    EntNet model(kTask, options(conventions), 1);
    // Embeddings and keys, two masks, U, V, W, H, R and slopes; released: two biases more.
    CHECK(model.parameters().count() ==
          (9 + 3) * 5 + 2 * 4 * 5 + 4 * 25 + 5 * 9 + 5 + (released ? 5 + 3 : 0));
    for (std::uint32_t i = 0; i < model.parameters().all().size(); ++i) {
      const std::string& path = model.parameters().all()[i].path;
      const auto values = model.parameters().values(Var{i});
      const bool ones = std::ranges::all_of(values, [](Real x) { return x == 1; });
      INFO(path);
      CHECK(ones == (path == "slopes" || path == "embedding/question_mask" ||
                     (path == "embedding/statement_mask" && !released)));
    }
  }
}

TEST_CASE("an entity network's loss has the gradient of central differences", "[entnet][gradient]") {
  const StoryBatch batch = testing::random_stories(6, 5);
  for (const std::string conventions : {"paper", "released"}) {
    INFO(conventions);
    EntNet model(kTask, options(conventions), 2);
    bend(model);
    // The step is short, for it must not reach over the corner of a ReLU.
    CHECK(check_parameter_gradients(model.parameters(),
                                    [&](Tape& tape) { return model.score(tape, batch).loss; },
                                    {.step = 1e-5, .elements = 20}) < 1e-7);
  }
}

TEST_CASE("examples of a batch do not see each other in an entity network", "[entnet]") {
  const StoryBatch batch = testing::random_stories(6, 5);
  EntNet model(kTask, options("paper"), 1);
  const auto [together, alone] = testing::score_one_by_one(model, batch);
  CHECK(alone.loss == Approx(together.loss).epsilon(1e-12));
}

TEST_CASE("an entity network records its gates by sentence, and where the question looked", "[entnet]") {
  const StoryBatch batch = testing::random_stories(4, 3);  // of 3, 0, 1 and 2 sentences
  EntNet model(kTask, options("paper"), 1);
  struct Seen final : Recorder {
    std::vector<std::string> names;
    std::vector<Vector> values;
    void record(const Tape& tape, std::size_t, std::span<const Recording> recordings) override {
      for (const Recording& one : recordings) {
        names.emplace_back(one.name);
        values.emplace_back(tape.value(one.source).begin(), tape.value(one.source).end());
        CHECK(one.extents.back() == 3);
      }
    }
  } seen;
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr), false);
  model.predict(tape, batch, Steps::all, &seen);
  REQUIRE(seen.names == std::vector<std::string>{"gates", "slot_weights"});
  REQUIRE(seen.values[0].size() == 4 * 5 * 3);
  const std::size_t lengths[] = {3, 0, 1, 2};
  for (std::size_t b = 0; b < 4; ++b) {
    for (std::size_t i = 0; i < 15; ++i) CHECK((seen.values[0][b * 15 + i] > 0) == (i < lengths[b] * 3));
    double total = 0;
    for (std::size_t j = 0; j < 3; ++j) total += seen.values[1][b * 3 + j];
    CHECK(total == Approx(1));
  }
}

TEST_CASE("an entity network refuses sequences, and sentences longer than any of its task", "[entnet]") {
  CHECK_THROWS_WITH(find_model("entnet")->configure()->build(
                        {.input_size = 3, .target_size = 2, .loss = Loss::bits, .story = {}}, 1),
                    Catch::Contains("reads stories"));
  TaskShape shorter = kTask;
  shorter.story.longest_sentence = shorter.story.longest_question = 1;
  EntNet model(shorter, options("paper"), 1);
  Tape tape;
  tape.reset(model.parameters().leaves(nullptr));
  CHECK_THROWS_WITH(model.score(tape, testing::random_stories(6, 5)), Catch::StartsWith("EntNet::predict: "));
}
