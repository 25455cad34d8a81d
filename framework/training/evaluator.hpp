// Scores a model on fresh sequences that are the same at every call.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "framework/data/task.hpp"
#include "framework/models/model.hpp"
#include "framework/training/workers.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// What an evaluation found: sums over the examples.
struct Evaluation : Score {
  double optimum = 0;  // Task::optimum() of the same sequences; NaN: not known

  double mean_optimum() const { return optimum / examples; }  // of an example
};

class Evaluator {
 public:
  /// Evaluates on `sequences` sequences of `task`, drawn from the stream "evaluation" of seed 0: all runs of a task are
  /// judged on the same ones. They come in batches of up to 8 of equal length. Where the task stores its examples, on all
  /// those of `split` instead.
  Evaluator(const Task& task, std::size_t sequences, Split split = Split::validation)
      : task_(task),
        split_(split),
        stored_(task.size(split)),
        sequences_(stored_ > 0 ? stored_ : sequences) {}

  /// Sums over all sequences. The bits do not depend on the number of threads.
  Evaluation evaluate(Model& model, Workers& workers);

  /// The same, unless `stop` returns true: it is asked before every batch that the calling thread takes, and by no
  /// other thread. Nothing then comes of the evaluation.
  std::optional<Evaluation> evaluate(Model& model, Workers& workers, const std::function<bool()>& stop);

  /// The first batch of the last evaluation whose loss was not finite; false if there is none.
  bool find_not_finite(Batch& into) const;

 private:
  struct Place {  // of one thread
    Tape tape;
    Batch batch;
  };

  void sample(std::size_t item, Batch& into) const;

  const Task& task_;
  Split split_;
  std::size_t stored_;  // examples of the split; 0: they are made
  std::size_t sequences_;
  std::vector<std::unique_ptr<Place>> places_;
  std::vector<Score> scores_;   // by batch
  std::vector<double> optima_;  // by batch; they are the same at every evaluation
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
