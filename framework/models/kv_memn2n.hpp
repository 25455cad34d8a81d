// The key-value memory network: what a question is compared with and what is read are told apart.
// Miller, Fisch, Dodge, Karimi, Bordes and Weston 2016, "Key-Value Memory Networks for Directly Reading Documents",
// arXiv:1606.03126, section 3.
#pragma once

#include <string>

#include "framework/attention/memory_hop.hpp"
#include "framework/models/model.hpp"
#include "framework/nn/bag_embedding.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// With question x, memories of keys k_i and values v_i, and answers y, all bags Φ of words:
///   q_1 = A Φ(x),  p_i = softmax(q_jᵀ A Φ(k_i)),  o = Σ p_i A Φ(v_i)   section 3.1: key addressing, value reading
///   q_{j+1} = R_j (q_j + o_j)                                          an R for each hop
///   â = softmax(q_{H+1}ᵀ B Φ(y))                                       the answers are the words
/// Memories, section 3.2: a sentence is key and value, as in an end-to-end memory network; or a word with those around it
/// is a key, and the word itself the value. There the centre may have embeddings of its own, in keys and values ("window +
/// center encoding").
///
/// Not in the paper:
///   centres          every word of a story is one, not its entities alone; windows end where their sentence does
///   `time`           gives keys and values the age of their statement, T_K(i) and T_V(i): its documents have no order in
///                    time
///   `word_order`     keys and questions may be weighted by the places of their words
///   R_j              starts as in Glorot and Bengio 2010
/// Not here: its key hashing, which leaves out memories that share no word with the question (stories are short), and A = B.
class KvMemN2N final : public Model {
 public:
  struct Options {
    std::string memories = "windows";
    std::size_t window = 7;
    bool centre_words = true;
    std::size_t hops = 2;
    std::size_t width = 50;
    std::string word_order = "bag";
    bool time = true;
    double initial_deviation = 0.1;

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "memories",
                .help = "what a memory is: a window of words, whose centre is read, or a sentence",
                .choices = {"windows", "sentences"}},
        memories);
      f(Setting{.name = "window",
                .help = "words of a window, an odd number",
                .unit = "word",
                .symbol = "W",
                .minimum = 1,
                .maximum = 999,
                .needs = {"memories", {"windows"}}},
        window);
      f(Setting{.name = "centre_words",
                .help = "the centre of a window has embeddings of its own",
                .needs = {"memories", {"windows"}}},
        centre_words);
      f(Setting{.name = "hops", .help = "hops over the story", .symbol = "H", .minimum = 1, .maximum = 1000},
        hops);
      f(Setting{.name = "width", .help = "width of embeddings", .symbol = "d", .minimum = 1, .maximum = 1e6},
        width);
      f(Setting{.name = "word_order",
                .help = "how words of keys and questions are weighted by their place",
                .choices = {"bag", "position", "position_released"}},
        word_order);
      f(Setting{.name = "time", .help = "keys and values carry the age of their sentence"}, time);
      f(Setting{.name = "initial_deviation",
                .help = "standard deviation of the embeddings' starting values",
                .minimum = 0},
        initial_deviation);
    }
  };

  /// Throws UsageError unless the task has stories and the window is odd.
  KvMemN2N(const TaskShape& task, const Options& options, std::uint64_t seed);

  /// One step. Records "attention" [hop, sentence], the weights p over the sentences, oldest first, those of a sentence's
  /// windows together, and "query", the vectors q [query, element] before the first hop and after each.
  Prediction predict(Tape& tape, const Batch& batch, Steps steps, Recorder* recorder) const override;
  void set_linear_attention(bool linear) override { linear_ = linear; }

 private:
  struct Memories {
    Bags keys, values;
    RowStarts starts;
    const std::uint32_t* statement_of;  // [memory]; nullptr: each is one
  };

  Memories memories_of(Tape& tape, const StoryBatch& story) const;
  Var over_sentences(Tape& tape, Var weights, const Memories& memories) const;

  Options options_;
  bool windows_, linear_ = false;
  std::size_t places_;
  PositionWeights weights_, value_weights_;
  BagTable words_, keys_, values_;  // A, with T_K and T_V beside it
  std::vector<Var> between_;        // R_j [width, width]
  Var answers_;                     // B [words, width]
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
