// The end-to-end memory network: several hops of soft attention over the sentences of a story.
// Sukhbaatar, Szlam, Weston and Fergus 2015, "End-To-End Memory Networks", arXiv:1503.08895, sections 2 and 4.1.
#pragma once

#include <string>
#include <vector>

#include "framework/attention/memory_hop.hpp"
#include "framework/models/model.hpp"
#include "framework/nn/bag_embedding.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// With story sentences x_i and question q, all as bags of words (bag_embedding.hpp):
///   u¹ = Σ_j B q_j,  m_i = Σ_j A x_ij + T_A(i),  c_i = Σ_j C x_ij + T_C(i)
///   p_i = softmax(uᵀ m_i), o = Σ p_i c_i   Eqs. (1), (2)
///   u^{k+1} = u^k + o^k                    Eq. (4); layer-wise: H u^k + o^k
///   â = softmax(W u^{K+1})                 Eq. (3)
/// Tying, section 2.2: adjacent, A^{k+1} = C^k, B = A¹, Wᵀ = C^K, and T likewise; or layer-wise, one A and one C for all
/// hops, a learned H, B and W of their own. T is indexed by age: row 0 is the last sentence's.
///
/// Where the paper and the authors' program differ, `conventions` decides:
///   paper     T has tables of its own; answers are the words
///   released  T's rows are words of the same tables; the answer's softmax ranks them too, and the nil word, whose
///             embedding is 0
/// How T's rows are weighted is a matter of the word order: position_released weights them like a last word.
class MemN2N final : public Model {
 public:
  struct Options {
    std::size_t hops = 3;
    std::size_t width = 20;
    std::string tying = "adjacent";
    std::string word_order = "position";
    std::string conventions = "paper";
    bool time = true;         // temporal encoding T
    bool empty_slots = true;  // places without a sentence stay in the softmax
    std::string nonlinearity = "none";
    double initial_deviation = 0.1;

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "hops", .help = "hops over the story", .symbol = "K", .minimum = 1, .maximum = 1000},
        hops);
      f(Setting{.name = "width", .help = "width of embeddings", .symbol = "d", .minimum = 1, .maximum = 1e6},
        width);
      f(Setting{.name = "tying",
                .help = "which matrices of the hops are one",
                .choices = {"adjacent", "layerwise"}},
        tying);
      f(Setting{.name = "word_order",
                .help = "how words are weighted by their place",
                .symbol = "l",
                .choices = {"bag", "position", "position_released"}},
        word_order);
      f(Setting{.name = "conventions",
                .help = "where the paper and the authors' program differ, whose",
                .choices = {"paper", "released"}},
        conventions);
      f(Setting{.name = "time", .help = "sentences carry their age", .symbol = "T"}, time);
      f(Setting{.name = "empty_slots", .help = "places without a sentence take their share of attention"},
        empty_slots);
      f(Setting{.name = "nonlinearity", .help = "of the query after every hop", .choices = {"none", "relu"}},
        nonlinearity);
      f(
          Setting{
              .name = "initial_deviation", .help = "standard deviation of the starting values", .minimum = 0},
          initial_deviation);
    }
  };

  /// Throws UsageError unless the task has stories.
  MemN2N(const TaskShape& task, const Options& options, std::uint64_t seed);

  /// One step. Records "attention" [hop, sentence], the weights p over the sentences, oldest first, and "query", the
  /// vectors u [query, element] before the first hop and after each.
  Prediction predict(Tape& tape, const Batch& batch, Steps steps, Recorder* recorder) const override;
  void set_linear_attention(bool linear) override { linear_ = linear; }

 private:
  using Table = BagTable;  // with released conventions words and ages are rows of the same

  Table add_table(const Scope& scope, const std::string& name, bool with_times);
  Var embed(Tape& tape, std::span<const Table> tables, const Bags& bags) const;
  std::uint32_t input_table(std::size_t hop) const {
    return static_cast<std::uint32_t>(layerwise_ ? 0 : hop);
  }
  std::uint32_t output_table(std::size_t hop) const {
    return static_cast<std::uint32_t>(layerwise_ ? 1 : hop + 1);
  }
  Var answer(Tape& tape, Var query) const;

  Options options_;
  bool layerwise_, released_, linear_ = false;
  PositionWeights weights_;
  std::vector<Table> tables_;  // adjacent: A¹, C¹ … C^K; layer-wise: A, C
  Table question_, answer_;    // B, and W's transpose
  Var between_;                // H [width, width], or invalid
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
