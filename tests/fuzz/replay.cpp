// The main of a fuzzer that is built without libFuzzer: every file it is given, or finds in a directory, and every
// beginning of a short one. Keeps the corpus true wherever there is no clang.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShort = 400;  // bytes

std::vector<fs::path> files_in(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(place)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

std::vector<std::uint8_t> contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0, inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const fs::path& path : files_in(argv[i])) {
      const std::vector<std::uint8_t> bytes = contents(path);
      if (bytes.empty() && fs::file_size(path) > 0) {
        std::fprintf(stderr, "%s cannot be read\n", path.c_str());
        return 1;
      }
      std::printf("%s\n", path.c_str());
      std::fflush(stdout);  // the last one named is the one that failed
      const std::size_t shortest = bytes.size() <= kShort ? 0 : bytes.size();
      for (std::size_t size = shortest; size <= bytes.size(); ++size, ++inputs) {
        // A copy of its own, so that sanitizers see what is read beyond its end.
        const std::vector<std::uint8_t> beginning(bytes.begin(),
                                                  bytes.begin() + static_cast<std::ptrdiff_t>(size));
        LLVMFuzzerTestOneInput(beginning.data(), beginning.size());
      }
      ++files;
    }
  }
  std::printf("%zu inputs of %zu files\n", inputs, files);
  return files == 0 ? 1 : 0;
}
