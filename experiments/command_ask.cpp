// Talk to a net that was trained on stories.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "experiments/answered_story.hpp"
#include "experiments/commands.hpp"
#include "experiments/story_tracing.hpp"
#include "experiments/trained_net.hpp"
#include "framework/tensor/error.hpp"
#include "tasks/babi/babi.hpp"

namespace tapehead {
namespace {

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

class Conversation {
 public:
  Conversation(const TrainedNet& net, const Babi& task) : net_(net), task_(task) {}

  /// One line of a story: a statement, a question, or nothing, which begins a new story. A line of a bAbI file has a number,
  /// and a question's has a tab, behind which is the answer; we are not to see it. Throws DataError.
  void take(const std::string& line, const std::string& origin, std::size_t number) {
    const auto fail = [&](const std::string& what) {
      throw DataError(origin + ":" + std::to_string(number) + ": " + what);
    };
    std::string text = line;
    std::replace(text.begin(), text.end(), '\r', ' ');
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return forget();
    const std::size_t digits = text.find_first_not_of("0123456789", first);
    const bool numbered = digits != first && digits != std::string::npos && text[digits] == ' ';
    if (numbered) {
      if (std::string_view(text).substr(first, digits - first) == "1") forget();
      text = text.substr(digits);
    }
    const std::size_t tab = text.find('\t');
    if (tab != std::string::npos && !numbered) fail("a tab belongs into numbered lines, before the answer");
    text = text.substr(0, tab);
    text.erase(text.find_last_not_of(' ') + 1);
    const bool asks = tab != std::string::npos || text.ends_with('?');
    Words words = parse_words(text, origin, number);
    const StoryShape& shape = task_.told_shape();
    const std::size_t most = std::max(shape.longest_sentence, shape.longest_question);
    if (words.size() > most && task_.story_shape().words > 0)  // those that read words know no such bound
      fail("more words than the net has ever seen in a sentence, which is " + std::to_string(most) +
           "; each statement and each question is a line of its own");
    for (const std::string& word : words) {
      if (task_.vocabulary().id(word) == 0)
        fail("the net does not know the word '" + word +
             "'; it knows: " + joined(task_.vocabulary().words()));
    }
    if (asks) {
      asked_ = true;
      answer(words);
    } else {
      story_.statements.push_back(std::move(words));
    }
  }

  /// Whether there was a question.
  bool asked() const { return asked_; }

 private:
  void forget() { story_ = {}; }

  void answer(const Words& words) {
    Story story = story_;
    story.questions = {
        {.statements = story.statements.size(), .words = words, .answer = "", .supporting_facts = {}}};
    StorySet set;
    set.add({story}, task_.vocabulary(), 1);
    StoryBatch batch;
    const StorySet::Told told{0, {}};
    const std::size_t most = task_.told_shape().statements;
    set.fill({&told, 1}, most, batch);
    const std::size_t kept = std::min(story_.statements.size(), most);
    ShownStory shown;
    for (std::size_t i = 0; i + kept < story_.statements.size(); ++i)
      shown.forgotten.push_back(joined(story_.statements[i]));
    write_answered_story(std::cout, trace_stories(net_, batch), task_.vocabulary().words(), shown);
    std::cout.flush();
  }

  const TrainedNet& net_;
  const Babi& task_;
  Story story_;
  bool asked_ = false;
};

int ask(const Arguments& arguments) {
  const TrainedNet net = load_net(arguments);
  const auto* const task = dynamic_cast<const Babi*>(net.task.get());
  if (task == nullptr)
    throw UsageError("the run was trained on task '" + std::string(net.task->name()) +
                     "', not on stories (babi)");
  const bool from_file = arguments.positional.size() > 1;
  const std::string origin = from_file ? arguments.positional[1] : "standard input";
  std::ifstream file;
  if (from_file) {
    file.open(origin);
    if (!file) throw IoError(origin + ": cannot be read");
  }
  std::istream& in = from_file ? file : std::cin;
  const bool typed = !from_file && isatty(STDIN_FILENO) != 0;
  if (typed)
    std::cerr << "Type a story, a statement a line, and questions that end in '?'. An empty line begins a "
                 "new story;\n"
                 "Ctrl-D ends. The net knows these words: "
              << joined(task->vocabulary().words()) << "\n";
  if (task->reads_whole_stories())
    std::cerr << "tapehead: the net reads whole stories: it is asked for one word, and not told what was "
                 "asked before\n";
  Conversation conversation(net, *task);
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    try {
      conversation.take(line, origin, number);
    } catch (const DataError& error) {
      if (!typed) throw;
      std::cerr << error.what() << "\n";
    }
  }
  if (in.bad()) throw IoError(origin + ": reading failed");
  if (!conversation.asked()) std::cerr << "tapehead: there was no question: a question ends in '?'\n";
  return 0;
}

}  // namespace

Command ask_command() {
  return {
      .syntax =
          {.name = "ask",
           .usage = {"ask RUN [FILE] [--checkpoint last|best]"},
           .summary = "tell a net a story and ask it questions",
           .description =
               "Reads a story from a file or standard input, a statement a line; a line that ends in\n"
               "'?' is a question. Prints the answer with its probability (a net that ranks has none:\n"
               "with its lead), and where each hop looked. An empty line begins a new story, and so\n"
               "does the number 1 in files of the bAbI tasks, which are read too; their answers are\n"
               "not looked at. A net that reads whole stories (task.view=stories) is asked for one word,\n"
               "and not told of earlier questions. A word that the net does not know ends with exit code\n"
               "65.\n",
           .options = {kCheckpointOption},
           .examples = {{"ask RUN story.txt", "answers to the questions in a file"},
                        {"ask RUN", "type the story yourself"}},
           .most_arguments = 2},
      .run = ask};
}

}  // namespace tapehead
