#include "tasks/babi/babi.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "framework/tensor/error.hpp"
#include "tasks/babi/generator.hpp"
#include "tasks/babi/story_files.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

// The ages of n statements if `empty` more stand among them at random places, oldest first.
std::span<const std::uint32_t> ages_among(std::size_t n, std::size_t empty, Draws& draws,
                                          std::vector<std::uint32_t>& into) {
  const std::size_t first = into.size(), places = n + empty;
  into.resize(first + places, 1);
  for (std::size_t left = empty; left > 0;) {
    std::uint32_t& place = into[first + draws.below(places)];
    if (place == 0) continue;  // empty already
    place = 0;
    --left;
  }
  std::size_t kept = first;
  for (std::size_t i = 0; i < places; ++i) {
    if (into[first + i] != 0) into[kept++] = static_cast<std::uint32_t>(places - 1 - i);
  }
  into.resize(kept);
  return {into.data() + first, n};
}

}  // namespace

struct Babi::Parts {
  std::size_t task;
  std::vector<Story> train, validation, test;

  std::vector<const std::vector<Story>*> sets() const { return {&train, &validation, &test}; }
};

std::vector<Babi::Parts> Babi::read(const Options& options) {
  std::vector<Parts> all;
  for (const std::size_t task : parse_task_numbers(options.tasks, "task.tasks")) {
    if (options.data == "generated") {
      const RandomStream stream(0, "stories");
      all.push_back({task,
                     generate_stories(task, options.questions, stream.child("train")),
                     {},
                     generate_stories(task, options.questions, stream.child("test"))});
      continue;
    }
    const TaskFiles files = task_files(story_directories(options.data), task);
    all.push_back({task, read_stories(files.train),
                   files.validation ? read_stories(*files.validation) : std::vector<Story>{},
                   read_stories(files.test)});
  }
  return all;
}

Babi::Babi(const Options& options) : options_(options) {
  const std::vector<Parts> all = read(options);
  std::vector<const std::vector<Story>*> texts;
  for (const Parts& parts : all) {
    for (const std::vector<Story>* const set : parts.sets()) texts.push_back(set);
  }
  const bool whole = options.view == "stories";
  vocabulary_ = std::make_shared<Vocabulary>(Vocabulary::of(texts, whole));
  view_ = {.words = vocabulary_->size(), .marks = options.marks || whole, .whole_stories = whole};
  keep(all);
  shape_ = {.words = vocabulary_->size(),
            .longest_sentence = stories_->longest_sentence(),
            .longest_question = stories_->longest_question(),
            .statements = std::max<std::size_t>(1, stories_->longest_story())};
  if (!whole) shape_.statements = std::min(shape_.statements, options_.statements);
  if (!word_by_word()) shape_.ngrams = std::make_shared<NgramIndex>(stories_->ngrams(train_));
}

void Babi::keep(const std::vector<Parts>& all) {
  auto set = std::make_shared<StorySet>();
  const auto add = [&](const std::vector<Story>& stories, std::size_t task, Examples& examples) {
    const std::size_t before = set->size();
    set->add(stories, *vocabulary_, task, reads_whole_stories());
    for (std::size_t i = before; i < set->size(); i += reads_whole_stories() ? set->questions(i) : 1)
      examples.push_back(static_cast<std::uint32_t>(i));
  };
  for (Examples* const examples : {&train_, &validation_, &test_}) examples->clear();
  for (const Parts& parts : all) {
    add(parts.train, parts.task, train_);
    add(parts.validation, parts.task, validation_);
    add(parts.test, parts.task, test_);
  }
  stories_ = std::move(set);
  divide(!validation_.empty());
  if (train_.empty()) throw UsageError("task.validation: no question is left to train on");
  if (validation_.empty() && options_.validation > 0)
    throw UsageError("task.validation: no question is left to validate on");
}

Babi::Elsewhere Babi::with_data(const std::string& data) const {
  Elsewhere found{std::make_unique<Babi>(*this), {}};
  Babi& task = *found.task;
  task.options_.data = data;
  const std::vector<Parts> all = read(task.options_);
  task.keep(all);
  const std::size_t most = std::max(shape_.longest_sentence, shape_.longest_question),
                    longest = std::max(task.stories_->longest_sentence(), task.stories_->longest_question());
  if (longest > most && !word_by_word()) {
    throw UsageError("task.data " + data + ": a sentence has " + std::to_string(longest) +
                     " words; the longest that the net was made for has " + std::to_string(most));
  }
  std::set<std::string> words;
  const auto look = [&](const Words& sentence) {
    for (const std::string& word : sentence) {
      if (vocabulary_->id(word) == 0) words.insert(word);
    }
  };
  for (const Parts& parts : all) {
    for (const std::vector<Story>* const set : parts.sets()) {
      for (const Story& story : *set) {
        for (const Words& statement : story.statements) look(statement);
        for (const Question& question : story.questions) look(question.words);
      }
    }
  }
  found.unknown.words.assign(words.begin(), words.end());
  task.for_each_question(task.test_, [&](std::size_t question) {
    found.unknown.questions += std::ranges::count(task.stories_->answer(question), 0) > 0 ? 1 : 0;
  });
  return found;
}

void Babi::divide(bool has_validation) {
  if (has_validation) return;
  const auto kept =
      static_cast<std::size_t>(std::llround(static_cast<double>(train_.size()) * (1 - options_.validation)));
  if (stories_->task(train_.front()) != stories_->task(train_.back())) {
    Draws draws = RandomStream(0, "validation").draws();
    for (std::size_t i = train_.size(); i > 1; --i) std::swap(train_[i - 1], train_[draws.below(i)]);
    std::sort(train_.begin(), train_.begin() + static_cast<std::ptrdiff_t>(kept));
    std::sort(train_.begin() + static_cast<std::ptrdiff_t>(kept), train_.end());
  }
  validation_.assign(train_.begin() + static_cast<std::ptrdiff_t>(kept), train_.end());
  train_.resize(kept);
}

const Babi::Examples& Babi::of(Split split) const {
  return split == Split::train ? train_ : split == Split::validation ? validation_ : test_;
}

void Babi::sample(const RandomStream& stream, std::size_t batch, Batch& into) const {
  // They keep their memory from call to call: a training step allocates nothing.
  thread_local std::vector<StorySet::Told> told;
  thread_local std::vector<std::uint32_t> ages;
  told.clear();
  ages.clear();
  ages.reserve(batch * 2 * (options_.statements + 1));
  for (std::size_t i = 0; i < batch; ++i) {
    Draws draws = stream.example(static_cast<std::uint32_t>(i)).draws();
    StorySet::Told example{train_[draws.below(train_.size())], {}};
    const std::size_t n = std::min(options_.statements, stories_->statements(example.example));
    const double noise = word_by_word() ? 0 : options_.noise;  // words have no ages
    const auto most = static_cast<std::size_t>(std::ceil(noise * static_cast<double>(n)));
    const std::size_t empty = most > 0 ? draws.below(most + 1) : 0;
    if (empty > 0) example.ages = ages_among(n, empty, draws, ages);
    told.push_back(example);
  }
  hand_out(told, into);
}

void Babi::hand_out(std::span<const StorySet::Told> told, Batch& into) const {
  if (reads_whole_stories()) {
    thread_local Examples firsts;  // keeps its memory, as in sample()
    firsts.clear();
    for (const StorySet::Told& one : told) firsts.push_back(static_cast<std::uint32_t>(one.example));
    return stories_->read_stories(firsts, view_, as<SequenceBatch>(into));
  }
  if (!word_by_word()) return stories_->fill(told, options_.statements, as<StoryBatch>(into));
  thread_local StoryBatch stories;  // keeps its memory, as in sample()
  stories_->fill(told, options_.statements, stories);
  read_word_by_word(stories, view_, as<SequenceBatch>(into));
}

Batch Babi::as_read(const StoryBatch& stories) const {
  if (!word_by_word()) return stories;
  SequenceBatch words;
  read_word_by_word(stories, view_, words);
  return words;
}

void Babi::take(Split split, std::size_t first, std::size_t count, Batch& into) const {
  const Examples& examples = of(split);
  if (first > examples.size() || count > examples.size() - first) {
    throw std::out_of_range("Babi::take: examples [" + std::to_string(first) + ", " +
                            std::to_string(first + count) + ") of " + std::to_string(examples.size()));
  }
  std::vector<StorySet::Told> told;
  for (std::size_t i = 0; i < count; ++i) told.push_back({examples[first + i], {}});
  hand_out(told, into);
}

std::string Babi::picture() const {
  if (reads_whole_stories())
    return "time --->    0    1   2   3    4    5   6   7    8    9   10   11   12 ...\n"
           "input     Mary went home  . Where  is Mary ?    -  John  left   .   Who\n"
           "target                                       home\n"
           "mask         0    0   0   0    0    0   0   0    1    0    0    0    0\n";
  if (!word_by_word())
    return "statement 1   Mary moved to the bathroom\n"
           "statement 2   Mary got the football there\n"
           "question      Where is the football\n"
           "answer        bathroom, known by statements 2 and 1\n";
  return options_.marks ? "time --->    0    1   2   3    4    5   6    7    8\n"
                          "input     Mary went home  .  Where  is Mary  ?    -\n"
                          "target                                         home\n"
                          "mask         0    0   0   0    0    0   0    0    1\n"
                        : "time --->    0    1    2    3    4    5\n"
                          "input     Mary went home Where is  Mary\n"
                          "target                             home\n"
                          "mask         0    0    0    0    0    1\n";
}

std::unique_ptr<Babi> Babi::without_leaks() const {
  std::set<std::vector<StoryBatch::Id>> seen;
  for (const Examples* const examples : {&train_, &validation_})
    for_each_question(*examples, [&](std::size_t question) { seen.insert(stories_->text(question)); });
  auto rest = std::make_unique<Babi>(*this);
  std::erase_if(rest->test_, [&](std::uint32_t example) {
    bool any = false;
    for_each_question({example},
                      [&](std::size_t question) { any = any || seen.contains(stories_->text(question)); });
    return any;
  });
  return rest;
}

std::unique_ptr<Task> Babi::with(std::string_view quantity, std::size_t value) const {
  if (quantity != "task") return Task::with(quantity, value);
  auto part = std::make_unique<Babi>(*this);
  for (Examples* const examples : {&part->train_, &part->validation_, &part->test_})
    std::erase_if(*examples, [&](std::uint32_t example) { return stories_->task(example) != value; });
  if (part->train_.empty())
    throw UsageError("task.task " + std::to_string(value) + ": not among task.tasks = " + options_.tasks);
  return part;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
