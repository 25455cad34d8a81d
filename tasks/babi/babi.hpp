// Questions about short stories: the twenty bAbI tasks.
// Weston, Bordes, Chopra et al. 2015, "Towards AI-Complete Question Answering", arXiv:1502.05698.
//
//   statement 1   Mary moved to the bathroom
//   statement 2   Mary got the football there
//   question      Where is the football
//   answer        bathroom, known by statements 2 and 1
//
// A question is one example, and the statements above it are its story. The loss is -ln p(answer), in nat. Models read it
// as sentences (StoryBatch) or word by word (SequenceBatch, word_view.hpp); there an example may also be a story with all
// of its questions.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "framework/data/task.hpp"
#include "framework/tensor/setting.hpp"
#include "tasks/babi/story_set.hpp"
#include "tasks/babi/word_view.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Babi final : public Task {
 public:
  struct Options {
    std::string data = "generated";  // directories; empty: TAPEHEAD_BABI
    std::string tasks = "1";
    std::string view = "sentences";
    bool marks = true;
    std::size_t statements = 50;
    double noise = 0;
    double validation = 0.1;
    std::size_t questions = 1000;  // of each task, if they are generated

    template <class F>
    void visit(F&& f) {
      f(Setting{.name = "data",
                .help =
                    "directory of stories, empty for $TAPEHEAD_BABI; DIR:DIR2: what DIR lacks is in DIR2; "
                    "generated: made by ourselves"},
        data);
      f(Setting{.name = "tasks", .help = "which of the twenty: 1, 2,19, 1..5 or all"}, tasks);
      f(Setting{.name = "view",
                .help = "what models are given: the sentences of a story and a question; its words and then "
                        "those of a question; or the words of a story with all its questions",
                .choices = {"sentences", "words", "stories"}},
        view);
      // Graves et al. 2016, Methods.
      f(Setting{.name = "marks",
                .help = "'.', '?' and, where the answer is wanted, '-' are read as words are",
                .needs = {"view", {"words"}}},
        marks);
      f(Setting{.name = "statements",
                .help = "statements of a story that are kept, the last ones",
                .unit = "statement",
                .minimum = 1,
                .maximum = 1e6,
                .needs = {"view", {"sentences", "words"}}},
        statements);
      // Sukhbaatar et al. 2015, section 4.1, as in the authors' program: empty memories are counted in the ages.
      f(Setting{.name = "noise",
                .help = "empty statements put into stories in training, at most, as a share of theirs",
                .minimum = 0,
                .maximum = 1,
                .needs = {"view", {"sentences"}}},
        noise);
      f(Setting{.name = "validation",
                .help = "share of the training examples that is kept for validation; 0: none, and training "
                        "is watched on all of them",
                .minimum = 0,
                .maximum = 0.9},
        validation);
      f(Setting{.name = "questions",
                .help = "training questions of each task, and test questions, where they are generated",
                .unit = "question",
                .minimum = 1,
                .maximum = 1e7},
        questions);
    }
  };

  /// Reads or makes the stories. The vocabulary is that of all chosen tasks, training and test. The validation examples
  /// are the last of a single task, and drawn at random from several; where the directory has a validation set, they are
  /// that instead. Throws UsageError, UnavailableError, IoError and DataError: see story_files.hpp and story_text.hpp.
  explicit Babi(const Options& options);

  /// From the training examples, with replacement.
  void sample(const RandomStream& stream, std::size_t batch, Batch& into) const override;
  std::size_t size(Split split) const override { return of(split).size(); }
  void take(Split split, std::size_t first, std::size_t count, Batch& into) const override;

  std::size_t input_size() const override { return word_by_word() ? view_.channels() : vocabulary_->size(); }
  std::size_t target_size() const override { return word_by_word() ? view_.classes() : vocabulary_->size(); }
  StoryShape story_shape() const override { return word_by_word() ? StoryShape{} : shape_; }
  std::vector<std::string> words() const override { return vocabulary_->words(); }
  Loss loss() const override { return Loss::classes; }
  std::string_view name() const override { return "babi"; }
  std::string picture() const override;
  double chance() const override;  // the entropy of the training answers
  /// "task": the questions of one task, with the same words.
  std::vector<std::string_view> quantities() const override { return {"task"}; }
  std::unique_ptr<Task> with(std::string_view quantity, std::size_t value) const override;

  const Vocabulary& vocabulary() const { return *vocabulary_; }

  /// The sizes of the stories, however models read them.
  const StoryShape& told_shape() const { return shape_; }
  /// Stories in the words of this task as its models read them: the same batch, or word by word, where a question has one
  /// step for its answer, and, of whole stories, none stands before it.
  Batch as_read(const StoryBatch& stories) const;
  /// Whether an example is a story with all its questions.
  bool reads_whole_stories() const { return view_.whole_stories; }
  /// The bAbI task of an example of a split.
  std::size_t task_of(Split split, std::size_t example) const { return stories_->task(of(split)[example]); }
  /// What an example of a split tells and asks, and the right answers; the same for two only if all words are.
  std::vector<StoryBatch::Id> text_of(Split split, std::size_t example) const;
  /// How many questions the examples of a split ask.
  std::size_t questions(Split split) const;
  /// The bAbI tasks that training questions are of, ascending.
  std::vector<std::size_t> tasks() const;

  /// The share of a split's questions that are answered wrongly if each is given the answer that is most frequent among
  /// the training questions of its task (of several, the first in the order of their words).
  double most_frequent_answer_error(Split split) const;

  /// What stories of other files have that the words of this task do not.
  struct Unknown {
    std::vector<std::string> words;  // of statements and questions; left out where they stand
    std::size_t questions = 0;  // test questions whose answer is not among the words: every answer is wrong
  };
  struct Elsewhere {
    std::unique_ptr<Babi> task;
    Unknown unknown;
  };
  /// The same tasks with the stories of other files, for nets that were trained on this one: its words and story_shape().
  /// `data` is as the setting. Throws as the constructor, and, where models read sentences, UsageError for one of more words
  /// than the longest here.
  Elsewhere with_data(const std::string& data) const;

  /// The same task without the test examples of which a question stands in the training or validation set with its story.
  std::unique_ptr<Babi> without_leaks() const;

 private:
  using Examples = std::vector<std::uint32_t>;  // questions of stories_; of whole stories the first ones
  using Answer = std::span<const StoryBatch::Id>;

  struct Parts;  // the stories of one task, as text

  static std::vector<Parts> read(const Options& options);
  void keep(const std::vector<Parts>& all);
  const Examples& of(Split split) const;
  void divide(bool has_validation);
  bool word_by_word() const { return options_.view != "sentences"; }
  // Calls each(question) for all questions of some examples.
  template <class Each>
  void for_each_question(const Examples& examples, Each&& each) const {
    for (const std::uint32_t example : examples) {
      const std::size_t questions = reads_whole_stories() ? stories_->questions(example) : 1;
      for (std::size_t question = example; question < example + questions; ++question) each(question);
    }
  }
  void hand_out(std::span<const StorySet::Told> told, Batch& into) const;

  Options options_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const StorySet> stories_;
  StoryShape shape_;
  WordView view_;
  Examples train_, validation_, test_;
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
