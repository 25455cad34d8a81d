// The Neural Turing Machine's memory.
// Graves, Wayne and Danihelka 2014, "Neural Turing Machines", arXiv:1410.5401, section 3.
#pragma once

#include <string>
#include <vector>

#include "framework/memory/memory_module.hpp"
#include "framework/memory/ntm_heads.hpp"
#include "framework/memory/similarity.hpp"
#include "framework/tensor/setting.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class NtmMemory {
 public:
  struct Options {
    std::size_t slots = 128;  // N
    std::size_t width = 20;   // M in the paper
    std::size_t read_heads = 1;
    std::size_t write_heads = 1;
    std::size_t shift_range = 1;       // shifts -range … +range; not in the paper
    std::string order = "read_first";  // the equations read write_first, released implementations read_first
    std::string initial = "learned";   // what the memory holds before the first step; section 4: learned
    double initial_scale = 1e-3;  // standard deviation of a random or learned start; larger ones learn slower
    double initial_value = 1e-6;  // of a constant start
    double initial_focus = 1;     // standard deviation of the logits of the first weightings; asymmetric, so
                                  // that slots do not stay alike
    double initial_peak = 0;  // added to the first slot's logit in all of them: heads start together there
    std::string key_activation = "tanh";
    double norm_epsilon = 1e-16;    // in the norms of the similarity: SimilarityEpsilon::in_norm
    double similarity_epsilon = 0;  // added to their product: SimilarityEpsilon::added
    double head_clip = 0;   // |raw head parameter| at most this, without a gradient beyond; 0: no limit
    double head_limit = 0;  // the same, with a gradient that leads back (hold_within()); 0: no limit

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "slots",
                .help = "memory slots",
                .unit = "slot",
                .symbol = "N",
                .minimum = 1,
                .maximum = 1e9},
        slots);
      f(Setting{.name = "width", .help = "width of a slot", .symbol = "M", .minimum = 1, .maximum = 1e9},
        width);
      f(Setting{.name = "read_heads", .help = "read heads", .minimum = 1, .maximum = 1e9}, read_heads);
      f(Setting{.name = "write_heads", .help = "write heads", .minimum = 1, .maximum = 1e9}, write_heads);
      f(Setting{.name = "shift_range",
                .help = "shifts reach from -range to +range",
                .unit = "slot",
                .symbol = "s"},
        shift_range);
      f(Setting{.name = "order", .help = "what a step does first", .choices = {"read_first", "write_first"}},
        order);
      f(Setting{.name = "initial",
                .help = "memory contents before the first step",
                .symbol = "M_0",
                .choices = {"constant", "random", "learned"}},
        initial);
      f(Setting{.name = "initial_scale",
                .help = "standard deviation of a random or learned start",
                .minimum = 0,
                .needs = {"initial", {"random", "learned"}}},
        initial_scale);
      f(Setting{.name = "initial_value",
                .help = "value of a constant start",
                .needs = {"initial", {"constant"}}},
        initial_value);
      f(Setting{.name = "initial_focus",
                .help = "standard deviation of the logits of the first weightings",
                .symbol = "w_0",
                .minimum = 0},
        initial_focus);
      f(Setting{.name = "initial_peak",
                .help = "added to the first slot's logit in all first weightings, where heads then start",
                .symbol = "w_0"},
        initial_peak);
      f(Setting{.name = "key_activation",
                .help = "activation of keys and add vectors",
                .symbol = "k, a",
                .choices = {"tanh", "linear"}},
        key_activation);
      f(Setting{.name = "norm_epsilon",
                .help = "added to squared norms in the cosine similarity",
                .minimum = 0},
        norm_epsilon);
      f(Setting{.name = "similarity_epsilon",
                .help = "added to the denominator of the similarity",
                .minimum = 0},
        similarity_epsilon);
      f(Setting{.name = "head_clip",
                .help = "limit of raw head parameters, beyond which they have no gradient; 0 for none",
                .minimum = 0},
        head_clip);
      f(Setting{.name = "head_limit",
                .help = "limit of raw head parameters, from beyond which a gradient leads back; 0 for none; "
                        "below head_clip, if that is set too",
                .minimum = 0},
        head_limit);
    }
  };

  struct State {
    Var memory;         // [batch, width, stride], see MemoryShape
    Var read_weights;   // [batch, read heads, slots]
    Var write_weights;  // [batch, write heads, slots]
    Var parameters;  // [batch, HeadLayout::columns()], of the step that led here; not valid before the first
    Var read;        // [batch, read heads · width], of that step
  };

  /// Throws UsageError if the shifts reach further than there are slots.
  NtmMemory(const Scope& scope, std::size_t control_size, const Options& options);

  State initial_state(Tape& tape, std::size_t batch) const;

  /// One step with the controller's output [batch, control_size]; the vectors read are [batch, read heads · width].
  MemoryStep<State> step(Tape& tape, Var control, const State& previous) const;

  std::size_t read_size() const { return layout_.read_heads * layout_.width; }

  /// Everything that Figures 6, 9, 12 and 16 of the paper draw, and the heads' parameters.
  std::vector<Recording> trace(const Tape& tape, const State& state) const;

 private:
  HeadLayout layout_;
  MemoryShape shape_;
  SimilarityEpsilon epsilon_;
  KeyActivation key_activation_;
  bool read_first_;
  Real head_clip_, head_limit_;
  Var heads_;                // [control_size + 1, HeadLayout::columns()]
  Var initial_memory_;       // [width, slots]
  Var initial_read_focus_;   // [read heads, slots], logits
  Var initial_write_focus_;  // [write heads, slots], logits
};

static_assert(MemoryModule<NtmMemory>);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
