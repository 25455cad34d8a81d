// The contract between tasks and training. A task knows nothing of models.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/data/batch.hpp"
#include "framework/tensor/random.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// How an output is scored against its target.
enum class Loss {
  bits,     // every target element is an independent bit: -log2 p, summed over time and elements, in bit
  classes,  // a target row is one of several classes: -ln p, summed over time, in nat
  ranking,  // what is right is to score higher than what is wrong: what is missing to a margin, summed; a plain number
};

/// A named, fixed batch on which what a model does is recorded and drawn, such as the input of a published
/// figure.
struct Probe {
  std::string name;    // "figure-6"
  std::string title;   // for the picture
  std::string source;  // citation
  Batch batch;
};

/// The parts of a finite set of examples: what is trained on, what training is watched by, what is reported.
enum class Split { train, validation, test };

/// Makes examples. Const and stateless: all randomness comes in as an argument.
class Task {
 public:
  virtual ~Task() = default;

  /// Fills `into` with `batch` fresh examples, in place. Pure: the same stream gives the same examples, and
  /// example i does not depend on how many others there are. What the whole batch shares (its length) is
  /// drawn from the stream itself, the rest from stream.example(i).
  virtual void sample(const RandomStream& stream, std::size_t batch, Batch& into) const = 0;

  virtual std::size_t input_size() const = 0;   // width of an input row
  virtual std::size_t target_size() const = 0;  // width of a target row
  virtual Loss loss() const = 0;

  /// The key of the task catalogue.
  virtual std::string_view name() const = 0;

  /// The time diagram of one example, several lines of text.
  virtual std::string picture() const = 0;

  /// The mean loss of the best guess that does not look at the inputs, in the unit of loss(). NaN: not known.
  virtual double chance() const;

  /// The least loss that any model can have on a batch, given what the task is, summed over its examples, in the unit
  /// of loss(): 0 where the answer follows from the inputs. NaN: not known.
  virtual double optimum(const Batch& batch) const;

  /// What with() can choose: "length", "repeats".
  virtual std::vector<std::string_view> quantities() const;

  /// The same task with nothing but examples of which one quantity has this value, for
  /// `evaluate --task.length=10,20`; what else there is stays as it is, so that calls can follow each other.
  /// Throws UsageError if examples have no such quantity, or not of this value.
  virtual std::unique_ptr<Task> with(std::string_view quantity, std::size_t value) const;
  std::unique_ptr<Task> with_length(std::size_t length) const { return with("length", length); }

  /// The sizes of stories; all 0 for sequences.
  virtual StoryShape story_shape() const { return {}; }

  /// What classes are called: the words of stories, of which word w is element w - 1 and class w - 1. None for bits.
  virtual std::vector<std::string> words() const { return {}; }

  /// How many examples a split has; 0 in a task whose examples are made, not stored. sample() draws from Split::train.
  virtual std::size_t size(Split) const { return 0; }

  /// Fills `into` with examples [first, first + count) of a split. Throws std::out_of_range if there are none such.
  virtual void take(Split split, std::size_t first, std::size_t count, Batch& into) const;

  /// Fixed batches of one example each, for `trace`. The default is none.
  virtual std::vector<Probe> probes() const;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
