// The golden cases of the end-to-end memory network. Word id 0 of the file is word 1 here: it occurs in no sentence, and
// the file keeps its gradient at zero.
#include "framework/models/memn2n.hpp"

#include "framework/autodiff/reduce.hpp"
#include "tests/golden/golden_run.hpp"

using namespace tapehead;
using namespace tapehead::testing;

namespace {

class Kept final : public Recorder {
 public:
  void record(const Tape&, std::size_t, std::span<const Recording> recordings) override {
    for (const Recording& recording : recordings) source[std::string(recording.name)] = recording.source;
  }
  std::map<std::string, Var> source;
};

// The file's stories, in the file's order of words.
StoryBatch stories_of(const std::string& name) {
  const GoldenArray ids = golden_array(name, "const", "ids"), questions = golden_array(name, "const", "q"),
                    counts = golden_array(name, "const", "nsent");
  const std::size_t batch = ids.extents[0], sentences = ids.extents[1], words = ids.extents[2];
  StoryBatch story;
  reset(story,
        {.examples = batch, .sentences = sentences, .words = words, .question_words = words, .facts = 1});
  const auto copy_words = [&](const std::vector<double>& from, std::size_t at, StoryBatch::Id* to) {
    StoryBatch::Id count = 0;
    for (std::size_t j = 0; j < words; ++j) {
      if (from[at + j] != 0) to[count++] = static_cast<StoryBatch::Id>(from[at + j]) + 1;
    }
    return count;
  };
  for (std::size_t b = 0; b < batch; ++b) {
    story.answers(b) = 1;
    story.story_lengths(b) = static_cast<StoryBatch::Id>(counts.values[b]);
    story.question_lengths(b) = copy_words(questions.values, b * words, &story.questions(b, 0));
    for (std::size_t i = 0; i < sentences; ++i) {
      story.sentence_lengths(b, i) =
          copy_words(ids.values, (b * sentences + i) * words, &story.sentences(b, i, 0));
      story.sentence_ages(b, i) = story.story_lengths(b) - 1 - static_cast<StoryBatch::Id>(i);
    }
  }
  return story;
}

// The file's name of a parameter, and whether row 0 of it is the null word's.
struct FileName {
  std::string name;
  bool null_row;
};
using FileNames = std::map<std::string, FileName>;

FileNames adjacent_names() {
  FileNames names;
  for (const std::string k : {"1", "2", "3", "4"}) {
    const std::string letter = k == "1" ? "A1" : "C" + std::to_string(std::stoi(k) - 1);
    names["embedding_" + k + "/words"] = {letter, true};
    names["embedding_" + k + "/times"] = {"T" + letter, false};
  }
  return names;
}

void check_case(const std::string& name, const FileNames& names, const MemN2N::Options& options,
                bool linear = false) {
  INFO(name);
  const GoldenArray ids = golden_array(name, "const", "ids");
  const std::size_t statements = ids.extents[1], hops = options.hops;
  const TaskShape task{.input_size = 11,
                       .target_size = 11,
                       .loss = Loss::classes,
                       .story = {11, ids.extents[2], ids.extents[2], statements}};
  MemN2N model(task, options, 1);
  model.set_linear_attention(linear);
  for (const Parameter& parameter : model.parameters().all()) {
    const Var v{static_cast<std::uint32_t>(&parameter - model.parameters().all().data())};
    const GoldenArray values = golden_array(name, "in", names.at(parameter.path).name);
    REQUIRE(values.values.size() == model.parameters().values(v).size());
    std::copy(values.values.begin(), values.values.end(), model.parameters().values(v).begin());
  }
  const AlignedMemory gradients = aligned_new(model.parameters().flat_size() * sizeof(Real));
  const std::vector<Leaf> leaves = model.parameters().leaves(reinterpret_cast<Real*>(gradients.get()));
  GoldenRun run(name, 1e-9, leaves);
  Kept kept;
  const Var logits = model.predict(run.tape(), stories_of(name), Steps::scored, &kept).logits;
  const std::size_t batch = ids.extents[0];
  run.outputs({{"logits", logits},
               {"a", softmax(run.tape(), logits)},
               {"p", reshape(run.tape(), kept.source.at("attention"), {batch, hops, statements})},
               {"u", reshape(run.tape(), kept.source.at("query"), {batch, hops + 1, options.width})}});
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const FileName& file = names.at(model.parameters().all()[i].path);
    std::vector<double> gradient(leaves[i].gradient, leaves[i].gradient + leaves[i].shape.size());
    if (file.null_row) std::fill_n(gradient.begin(), options.width, 0);
    run.check_gradient(file.name, gradient);
  }
}

MemN2N::Options options_of_file() {
  MemN2N::Options options;
  options.hops = 3;
  options.width = 6;
  return options;
}

}  // namespace

TEST_CASE("golden: memory networks with adjacent tying", "[memn2n][golden]") {
  MemN2N::Options options = options_of_file();
  check_case("memn2n_adjacent_3hop_te_padded_in_softmax", adjacent_names(), options);
  options.empty_slots = false;
  check_case("memn2n_adjacent_3hop_te_masked", adjacent_names(), options);
  options.empty_slots = true;
  check_case("memn2n_adjacent_3hop_te_linear_start", adjacent_names(), options, true);
  options.time = false;
  check_case("memn2n_adjacent_3hop_bow_like_no_te", adjacent_names(), options);
}

TEST_CASE("golden: a memory network with layer-wise tying", "[memn2n][golden]") {
  MemN2N::Options options = options_of_file();
  options.tying = "layerwise";
  check_case("memn2n_layerwise_3hop",
             {{"input/words", {"A", true}},
              {"input/times", {"TA", false}},
              {"output/words", {"C", true}},
              {"output/times", {"TC", false}},
              {"question/words", {"B", true}},
              {"answer/words", {"W", false}},
              {"hop/weight", {"H", false}}},
             options);
}

TEST_CASE("golden: position encodings of the paper and of the released program", "[memn2n][golden]") {
  for (const auto& [words, width] :
       {std::pair<std::size_t, std::size_t>{1, 4}, {3, 4}, {6, 20}, {7, 5}, {12, 50}}) {
    const std::string size = std::to_string(words) + "_" + std::to_string(width);
    INFO(size);
    const PositionWeights paper(WordOrder::position, 12, width);
    const Real* const l = paper.of_sentence(words);
    CHECK_THAT(std::vector<Real>(l, l + words * width),
               close_to(golden_array("memn2n_position_encoding", "paper", size).values, 1e-12));
    // J words: the time word is the last.
    const PositionWeights released(WordOrder::position_released, std::max<std::size_t>(1, words - 1), width);
    if (words == 1) continue;
    const std::vector<double> expected =
        golden_array("memn2n_position_encoding", "official_code", size).values;
    std::vector<Real> actual(released.of_sentence(words - 1),
                             released.of_sentence(words - 1) + (words - 1) * width);
    actual.insert(actual.end(), released.of_time_word(), released.of_time_word() + width);
    CHECK_THAT(actual, close_to(expected, 1e-12));
  }
}
