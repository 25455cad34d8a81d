// Stories of our own, in files as the bAbI tasks have them.
#include <filesystem>
#include <iostream>

#include "experiments/commands.hpp"
#include "experiments/run_directory.hpp"
#include "framework/io/durable_file.hpp"
#include "framework/tensor/error.hpp"
#include "tasks/babi/generator.hpp"
#include "tasks/babi/story_files.hpp"

namespace tapehead {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kQuestions = 1000;  // as the files of Weston et al. have

void write_stories(const fs::path& path, const std::vector<Story>& stories) {
  const std::string text = format_stories(stories);
  write_whole(path, std::as_bytes(std::span(text)));
}

int generate(const Arguments& arguments) {
  if (arguments.positional.empty() || arguments.positional.front() != "babi")
    throw UsageError("what is to be generated? expected: generate babi --out DIR");
  const auto out = arguments.text("out");
  if (!out) throw UsageError("where to? expected --out DIR");
  const std::size_t questions = arguments.number("questions", 1).value_or(kQuestions);
  const std::size_t test = arguments.number("test", 1).value_or(kQuestions);
  const std::size_t seed = arguments.number("seed").value_or(1);
  const auto tasks = parse_task_numbers(arguments.text("tasks").value_or("all"), "--tasks");
  const fs::path directory = *out;
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error))
    throw UsageError("--out: " + directory.string() + " is there already, and not empty");
  fs::create_directories(directory, error);
  if (error) throw IoError(directory.string() + ": cannot be made: " + error.message());
  const RandomStream stream(seed, "stories");
  for (const std::size_t task : tasks) {
    const std::string name = "qa" + std::to_string(task) + "_" + std::string(kind_name(task));
    write_stories(directory / (name + "_train.txt"),
                  generate_stories(task, questions, stream.child("train")));
    write_stories(directory / (name + "_test.txt"), generate_stories(task, test, stream.child("test")));
  }
  std::cerr << "tapehead: " << tasks.size() << (tasks.size() == 1 ? " task, " : " tasks, ") << questions
            << " training and " << test
            << " test questions each; to train on them: --task.data=" << shown(directory) << "\n";
  std::cout << shown(directory) << "\n";
  return 0;
}

}  // namespace

Command generate_command() {
  return {
      .syntax = {.name = "generate",
                 .usage = {"generate babi --out DIR [--tasks LIST] [--questions N] [--test N] [--seed N]"},
                 .summary = "make stories with questions, of the twenty kinds of bAbI",
                 .description = "Files in the layout of the bAbI tasks (Weston et al. 2015, "
                                "arXiv:1502.05698), with supporting\n"
                                "facts, from simulations of our own: qa1_single-supporting-fact_train.txt "
                                "and so on. The same\n"
                                "seed gives the same files.\n",
                 .options = {{"out", "DIR", "where the files go; made if it is not there"},
                             {"tasks", "LIST", "1, 2,19, 1..5 or all, which is the default"},
                             {"questions", "N", "training questions of each task; default: 1000"},
                             {"test", "N", "test questions of each task; default: 1000"},
                             {"seed", "N", "of the simulations; default: 1"}},
                 .examples = {{"generate babi --out stories", "all twenty, 1,000 questions each"},
                              {"train memn2n2015/pe-ls-rn --task.data=stories", "and a net that reads them"}},
                 .most_arguments = 1},
      .run = generate};
}

}  // namespace tapehead
