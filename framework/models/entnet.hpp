// The recurrent entity network: slots that follow the entities of a story, sentence by sentence.
// Henaff, Weston, Szlam, Bordes and LeCun 2017, "Tracking the World State with Recurrent Entity Networks",
// arXiv:1612.03969, section 2.
#pragma once

#include <string>

#include "framework/memory/entity_memory.hpp"
#include "framework/models/model.hpp"
#include "framework/nn/bag_embedding.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// With e(x) the embedding of word x, and keys w_j that are rows of the same table behind the words':
///   s_t = Σ_i f_i ⊙ e(x_i)                    Eq. (1), likewise q with a mask of its own
///   h_j begins as w_j and follows the story    Eqs. (2)-(5), entity_memory.hpp
///   p_j = softmax(qᵀ h_j), u = Σ p_j h_j, y = R φ(q + H u)   Eq. (6)
/// φ is a ReLU whose slope below 0 is learned, one per unit and the same in memory and answer, beginning at 1.
///
/// Where the paper and the authors' program differ, `conventions` decides:
///   paper     no biases; both masks begin at 1; answers are the words
///   released  a bias per slot in the gate, one in the candidate; the statements' mask begins as the other weights, at random;
///             the answer's softmax ranks the nil word too, whose row is 0
class EntNet final : public Model {
 public:
  struct Options {
    std::size_t slots = 20;
    std::size_t width = 100;
    std::string conventions = "paper";
    double initial_deviation = 0.1;

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "slots",
                .help = "slots of the memory",
                .unit = "slot",
                .symbol = "m",
                .minimum = 1,
                .maximum = 1e6},
        slots);
      f(Setting{.name = "width",
                .help = "width of embeddings and slots",
                .symbol = "d",
                .minimum = 1,
                .maximum = 1e6},
        width);
      f(Setting{.name = "conventions",
                .help = "where the paper and the authors' program differ, whose",
                .choices = {"paper", "released"}},
        conventions);
      f(
          Setting{
              .name = "initial_deviation", .help = "standard deviation of the starting values", .minimum = 0},
          initial_deviation);
    }
  };

  /// Throws UsageError unless the task has stories.
  EntNet(const TaskShape& task, const Options& options, std::uint64_t seed);

  /// One step. Records "gates" [sentence, slot], the g_j of each sentence, oldest first, and "slot_weights" [slot], p.
  Prediction predict(Tape& tape, const Batch& batch, Steps steps, Recorder* recorder) const override;

 private:
  Var keys(Tape& tape) const;  // [slots, width]
  EntityMemory remember(Tape& tape, const Bags& statements, RowStarts starts) const;
  Var phi(Tape& tape, Var x) const;

  Options options_;
  bool released_;
  std::size_t longest_;                 // words of a sentence
  PositionWeights whole_;               // of a key, which is one word
  Var words_;                           // [words + slots, width]
  Var statement_mask_, question_mask_;  // f [longest, width]
  Var recurrent_, key_, sentence_;  // U [width, width], V [width (+ 1), width], W [width, width], transposed
  Var gate_bias_;                   // [slots], or invalid
  Var slopes_;                      // [width]
  Var hop_, output_;                // H [width, width], R [width, words], transposed
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
