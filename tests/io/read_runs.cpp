// Reads run directories for the tests that make thousands of them, as the program reads them.
//
// Each line of standard input is answered by one line of JSON on standard output:
//
//   run DIR           {"status": "killed", "train": {"rows": 20, "step": DIGEST, "loss": DIGEST}, "eval": {…},
//                      "traces": {"length_3": {"steps": DIGEST, "input": DIGEST}}}
//   checkpoints DIR   {"best.h5": 40, "step-000000040.h5": 40}: the step of each, or why it cannot be read
//
// or by {"error": "why DIR cannot be read"}. A digest is the SHA-256 of the numbers as they are in memory.
#include <openssl/evp.h>

#include <array>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "framework/io/checkpoint_directory.hpp"
#include "framework/io/run_reader.hpp"
#include "framework/tensor/error.hpp"

namespace {

using namespace tapehead;

using Members = std::map<std::string, std::string>;  // names and JSON

std::string json_text(const std::string& text) {
  std::string json = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') json += '\\';
    json += letter == '\n' ? ' ' : letter;
  }
  return json + "\"";
}

std::string json_object(const Members& members) {
  std::string text;
  for (const auto& [name, value] : members)
    text += (text.empty() ? "" : ", ") + json_text(name) + ": " + value;
  return "{" + text + "}";
}

template <class T>
std::string digest(const std::vector<T>& values) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned size = 0;
  EVP_Digest(values.data(), values.size() * sizeof(T), bytes.data(), &size, EVP_sha256(), nullptr);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    for (const int nibble : {bytes[i] >> 4, bytes[i] & 15}) text += "0123456789abcdef"[nibble];
  }
  return json_text(text);
}

std::string table(const MetricsTable& table) {
  Members members = {{"rows", std::to_string(table.step.size())}, {"step", digest(table.step)}};
  for (const MetricsColumn& column : table.columns) members[column.column.name] = digest(column.values);
  return json_object(members);
}

std::string run(const std::string& directory) {
  const RunReader reader(directory);
  Members probes;
  for (const std::string& probe : reader.probes()) {
    const TraceSet traces = reader.traces(probe);
    Members tensors = {{"steps", digest(traces.steps)}};
    for (const TraceTensor& tensor : traces.tensors) tensors[tensor.name] = digest(tensor.values);
    probes[probe] = json_object(tensors);
  }
  return json_object({{"status", json_text(reader.status())},
                      {"train", table(reader.contents().metrics.train)},
                      {"eval", table(reader.contents().metrics.eval)},
                      {"traces", json_object(probes)}});
}

std::string checkpoints(const std::string& directory) {
  std::vector<std::filesystem::path> paths = list_checkpoints(directory);
  const std::filesystem::path best = best_checkpoint_path(directory);
  if (std::filesystem::exists(best)) paths.push_back(best);
  Members members;
  for (const std::filesystem::path& path : paths) {
    std::string& answer = members[path.filename().string()];
    try {
      answer = std::to_string(read_checkpoint(path).step);
    } catch (const Error& error) {
      answer = json_text(error.what());
    }
  }
  return json_object(members);
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto blank = line.find(' ');
    const std::string what = line.substr(0, blank);
    const std::string directory = blank == std::string::npos ? "" : line.substr(blank + 1);
    if (what != "run" && what != "checkpoints") {
      std::cerr << "usage: lines of 'run DIR' or 'checkpoints DIR' on standard input\n";
      return 2;
    }
    try {
      std::cout << (what == "run" ? run(directory) : checkpoints(directory)) << std::endl;
    } catch (const Error& error) {
      std::cout << json_object({{"error", json_text(error.what())}}) << std::endl;
    }
  }
}
