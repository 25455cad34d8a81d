// Stories of our own, in files as the bAbI tasks have them.
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "experiments/commands.hpp"
#include "experiments/csv.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/story_statistics.hpp"
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

// What is to be generated.
struct Wanted {
  std::vector<std::size_t> tasks;
  std::size_t questions, test, seed;
};

void generate_files(const Wanted& wanted, const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error))
    throw UsageError("--out: " + directory.string() + " is there already, and not empty");
  fs::create_directories(directory, error);
  if (error) throw IoError(directory.string() + ": cannot be made: " + error.message());
  const RandomStream stream(wanted.seed, "stories");
  for (const std::size_t task : wanted.tasks) {
    const std::string name = "qa" + std::to_string(task) + "_" + std::string(kind_name(task));
    write_stories(directory / (name + "_train.txt"),
                  generate_stories(task, wanted.questions, stream.child("train")));
    write_stories(directory / (name + "_test.txt"),
                  generate_stories(task, wanted.test, stream.child("test")));
  }
  std::cerr << "tapehead: " << wanted.tasks.size() << (wanted.tasks.size() == 1 ? " task, " : " tasks, ")
            << wanted.questions << " training and " << wanted.test
            << " test questions each; to train on them: --task.data=" << shown(directory) << "\n";
  std::cout << shown(directory) << "\n";
}

void compare(const Wanted& wanted, const std::string& directory, const std::optional<std::string>& csv) {
  const std::vector<fs::path> places = story_directories(directory);
  const std::vector<ComparedTask> tasks =
      compare_stories(wanted.tasks, wanted.questions, wanted.test, wanted.seed, places);
  const std::string name = fs::weakly_canonical(places.front()).filename().string();
  write_comparison(std::cout, tasks, name);
  if (!csv) return;
  write_csv_file(*csv, comparison_cells(tasks, name));
  std::cout << "\n" << *csv << "\n";
}

int generate(const Arguments& arguments) {
  if (arguments.positional.empty() || arguments.positional.front() != "babi")
    throw UsageError("what is to be generated? expected: generate babi --out DIR");
  const auto out = arguments.text("out"), other = arguments.text("compare"), csv = arguments.text("csv");
  if (!out && !other) throw UsageError("where to? expected --out DIR, or --compare DIR");
  if (csv && !other) throw UsageError("--csv: it is for the table of --compare DIR");
  const Wanted wanted{.tasks = parse_task_numbers(arguments.text("tasks").value_or("all"), "--tasks"),
                      .questions = arguments.number("questions", 1).value_or(kQuestions),
                      .test = arguments.number("test", 1).value_or(kQuestions),
                      .seed = arguments.number("seed").value_or(1)};
  if (out) generate_files(wanted, *out);
  if (other) compare(wanted, *other, csv);
  return 0;
}

}  // namespace

Command generate_command() {
  return {
      .syntax = {.name = "generate",
                 .usage = {"generate babi --out DIR [--tasks LIST] [--questions N] [--test N] [--seed N]",
                           "generate babi --compare DIR [--csv FILE] [--tasks LIST] [--questions N] …"},
                 .summary = "make stories with questions, of the twenty kinds of bAbI",
                 .description = "Files in the layout of the bAbI tasks (Weston et al. 2015, "
                                "arXiv:1502.05698), with supporting\n"
                                "facts, from simulations of our own: qa1_single-supporting-fact_train.txt "
                                "and so on. The same\n"
                                "seed gives the same files. --compare holds them against other files of the "
                                "same layout: a table\n"
                                "of their lengths, words and answers, training and test questions "
                                "together.\n",
                 .options = {{"out", "DIR", "where the files go; made if it is not there"},
                             {"compare", "DIR", "print statistics of what is generated beside those of DIR"},
                             {"csv", "FILE", "the table of --compare, also as comma-separated numbers"},
                             {"tasks", "LIST", "1, 2,19, 1..5 or all, which is the default"},
                             {"questions", "N", "training questions of each task; default: 1000"},
                             {"test", "N", "test questions of each task; default: 1000"},
                             {"seed", "N", "of the simulations; default: 1"}},
                 .examples = {{"generate babi --out stories", "all twenty, 1,000 questions each"},
                              {"train memn2n2015/pe-ls-rn --task.data=stories", "and a net that reads them"},
                              {"generate babi --compare DIR",
                               "how they differ from the files of bAbI in DIR"}},
                 .most_arguments = 1},
      .run = generate};
}

}  // namespace tapehead
