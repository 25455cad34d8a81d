#include "tests/benchmarks/peer_memn2n_torch.hpp"

#include <algorithm>

#include "tests/benchmarks/torch_tools.hpp"

// All hops' tables stand side by side in one, so that one embedding_bag embeds a sentence for all of them. The weights of
// the places are multiplied into the table first, one copy of it for every place and length of sentence that occurs: that
// is a table of a few hundred rows, against thousands of words in a batch. Looking words up, multiplying and summing
// instead (three operations on [sentences, words, width]) took 1.3 to 2 times as long.
namespace tapehead::bench {

namespace {

using at::Tensor;
using torch::indexing::Slice;

constexpr double kLimit = 40, kLearningRate = 1e-3;

class Peer final : public TorchMemN2N {
 public:
  Peer(std::size_t hops, std::size_t width, const StoryShape& story)
      : hops_(static_cast<std::int64_t>(hops)),
        width_(static_cast<std::int64_t>(width)),
        words_(static_cast<std::int64_t>(story.words)),
        places_(static_cast<std::int64_t>(story.statements)),
        longest_(static_cast<std::int64_t>(std::max(story.longest_sentence, story.longest_question))) {
    std::vector<float> weights;
    for (std::int64_t length = 1; length <= longest_; ++length) {
      for (std::int64_t j = 1; j <= length; ++j) {
        for (std::int64_t k = 1; k <= width_; ++k) {
          const float place = static_cast<float>(j) / static_cast<float>(length);
          const float element = static_cast<float>(k) / static_cast<float>(width_);
          weights.push_back((1 - place) - element * (1 - 2 * place));
        }
      }
    }
    const std::int64_t kinds = longest_ * (longest_ + 1) / 2;  // of a place in a sentence of some length
    weights_ = torch::tensor(weights).view({kinds, 1, width_}).repeat({1, 1, hops_ + 1});
  }

  void set_parameters(const NamedValues& from) override {
    std::vector<Tensor> words, times;
    for (std::int64_t k = 0; k <= hops_; ++k) {
      words.push_back(tensor_of(from.at(path(k, "words")), {words_, width_}, torch::kFloat));
      times.push_back(tensor_of(from.at(path(k, "times")), {places_, width_}, torch::kFloat));
    }
    words_table_ = leaf(torch::cat(words, 1));
    times_table_ = leaf(torch::cat(times, 1));
  }

  double forward_backward(const StoryBatch& stories) override {
    forget_gradients({words_table_, times_table_});
    const Tensor loss = cost(stories);
    loss.backward();
    return loss.item<double>();
  }

  void update() override {
    const torch::NoGradGuard guard;
    for (const Tensor& all : {words_table_, times_table_}) {
      const Tensor gradient = all.grad().view({-1, hops_ + 1, width_});
      const Tensor norms = torch::linalg_vector_norm(gradient, 2, torch::IntArrayRef{0, 2}, true);
      all.view(gradient.sizes()).addcmul_(gradient, kLimit / norms.clamp_min(kLimit), -kLearningRate);
    }
  }

  NamedValues gradients() const override {
    NamedValues result;
    for (std::int64_t k = 0; k <= hops_; ++k) {
      const Slice columns(k * width_, (k + 1) * width_);
      result[path(k, "words")] = values_of(words_table_.grad().index({Slice(), columns}));
      result[path(k, "times")] = values_of(times_table_.grad().index({Slice(), columns}));
    }
    return result;
  }

 private:
  static std::string path(std::int64_t table, const char* part) {
    return "embedding_" + std::to_string(table + 1) + "/" + part;
  }

  // Sentences as the rows of the table of [place and length, word] that they add up, one after the other.
  struct Bags {
    std::vector<std::int64_t> rows, starts;

    void add(const StoryBatch::Id* words, std::int64_t length, std::int64_t vocabulary) {
      starts.push_back(static_cast<std::int64_t>(rows.size()));
      for (std::int64_t j = 0; j < length; ++j)
        rows.push_back((length * (length - 1) / 2 + j) * vocabulary + words[j] - 1);
    }
    static Tensor tensor(std::vector<std::int64_t>& values) {
      return torch::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, torch::kInt64);
    }
    Tensor embedded(const Tensor& table) {
      return std::get<0>(torch::embedding_bag(table, tensor(rows), tensor(starts)));
    }
  };

  Tensor cost(const StoryBatch& stories) {
    const auto batch = static_cast<std::int64_t>(stories.size());
    const auto sentences = static_cast<std::int64_t>(stories.sentences.shape()[1]);
    Bags &statements = statements_, &questions = questions_;
    std::vector<std::int64_t>&ages = ages_, &answers = answers_;
    statements = questions = {};
    ages.clear();
    answers.clear();
    for (std::size_t b = 0; b < stories.size(); ++b) {
      questions.add(&stories.questions(b, 0), stories.question_lengths(b), words_);
      answers.push_back(stories.answers(b) - 1);
      for (std::size_t s = 0; s < stories.sentences.shape()[1]; ++s) {
        const bool told = static_cast<StoryBatch::Id>(s) < stories.story_lengths(b);
        statements.add(&stories.sentences(b, s, 0), told ? stories.sentence_lengths(b, s) : 0, words_);
        ages.push_back(told ? stories.sentence_ages(b, s) : places_);  // the row of zeros
      }
    }
    // Rows of zeros stand in for places without a sentence.
    const Tensor table = (weights_ * words_table_).view({-1, (hops_ + 1) * width_});
    const Tensor times = torch::constant_pad_nd(times_table_, {0, 0, 0, 1});
    const Tensor memory = (statements.embedded(table) + times.index_select(0, Bags::tensor(ages)))
                              .view({batch, sentences, hops_ + 1, width_})
                              .permute({2, 0, 1, 3})
                              .contiguous();
    Tensor query = questions.embedded(table.narrow(1, 0, width_)).unsqueeze(2);  // [batch, width, 1]
    for (std::int64_t k = 0; k < hops_; ++k) {
      const Tensor weights = torch::softmax(torch::bmm(memory[k], query), 1);  // [batch, sentence, 1]
      query = torch::baddbmm(query, memory[k + 1].transpose(1, 2), weights);
    }
    const Tensor last = words_table_.narrow(1, hops_ * width_, width_);
    return torch::cross_entropy_loss(torch::mm(query.squeeze(2), last.t()), Bags::tensor(answers), {},
                                     at::Reduction::Sum);
  }

  std::int64_t hops_, width_, words_, places_, longest_;
  Bags statements_, questions_;  // backward reads them too
  std::vector<std::int64_t> ages_, answers_;
  Tensor weights_;                    // [place and length, 1, tables · width]
  Tensor words_table_, times_table_;  // [words or places, tables · width]
};

}  // namespace

std::unique_ptr<TorchMemN2N> torch_memn2n(std::size_t hops, std::size_t width, const StoryShape& story) {
  prepare_torch();
  return std::make_unique<Peer>(hops, width, story);
}

}  // namespace tapehead::bench
