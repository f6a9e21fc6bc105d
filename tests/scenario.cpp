// scenario: runs a document of commands and compares what they say with what the document says.
//
// usage: scenario FILE.scenario [NAME=VALUE ...]
//
//   # a remark
//   ? unshare -Urm true               a command for sh without which nothing can be tried: when it
//                                     fails, the scenario is skipped, exit status 77
//   $ glass verify out/small          a command for sh
//   > --json                          its next line
//   *signed by ed25519:*              the expected lines; * stands for any text in a line
//   ...                               any number of lines, also none
//   [exit 1]                          the expected exit status, 0 if not said
//
// Output and errors come together. All commands run in one new folder; NAME=VALUE pairs become
// environment variables. A command without expected lines may say anything, if it succeeds.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr int kSkipped = 77;

struct Step {
  int line = 0;
  bool is_need = false;
  std::string command;
  std::vector<std::string> expected;
  int exit_status = 0;
};

std::vector<Step> read_steps(const std::string& file) {
  std::vector<Step> steps;
  std::ifstream in(file);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("$ ") || line.starts_with("? ")) {
      steps.push_back({.line = number,
                       .is_need = line.starts_with("? "),
                       .command = line.substr(2),
                       .expected = {}});
    } else if (line.starts_with("> ") && !steps.empty()) {
      steps.back().command += "\n" + line.substr(2);
    } else if (line.starts_with("[exit ")) {
      if (!steps.empty()) steps.back().exit_status = std::stoi(line.substr(6));
    } else if (!steps.empty() && !line.starts_with('#') && !line.empty()) {
      steps.back().expected.push_back(line);
    }
  }
  return steps;
}

// Whether `text` fits `pattern`, in which * stands for anything.
bool fits(std::string_view text, std::string_view pattern) {
  size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// The same for lines, in which "..." stands for any number of them.
bool fits(const std::vector<std::string>& lines, size_t l, const std::vector<std::string>& expected,
          size_t e) {
  if (e == expected.size()) return l == lines.size();
  if (expected[e] == "...") {
    for (size_t next = l; next <= lines.size(); ++next) {
      if (fits(lines, next, expected, e + 1)) return true;
    }
    return false;
  }
  return l < lines.size() && fits(lines[l], expected[e]) && fits(lines, l + 1, expected, e + 1);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    if (end > begin) lines.push_back(text.substr(begin, end - begin));
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

struct Outcome {
  std::string output;
  int exit_status;
};

Outcome run(const std::string& command) {
  std::FILE* pipe = popen(("exec 2>&1\n" + command).c_str(), "r");
  if (pipe == nullptr) return {"no shell could be started", 127};
  Outcome outcome{};
  std::array<char, 4096> buffer;
  for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    outcome.output.append(buffer.data(), n);
  const int status = pclose(pipe);
  outcome.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

bool check(const std::string& file, const Step& step) {
  const Outcome outcome = run(step.command);
  const bool right_status = outcome.exit_status == step.exit_status;
  const bool right_words =
      step.expected.empty() || fits(lines_of(outcome.output), 0, step.expected, 0);
  if (right_status && right_words) return true;
  std::cout << file << ':' << step.line << ": $ " << step.command << '\n' << outcome.output;
  if (!right_status)
    std::cout << "exit status " << outcome.exit_status << ", expected " << step.exit_status << '\n';
  if (!right_words) {
    std::cout << "expected:\n";
    for (const std::string& line : step.expected) std::cout << "  " << line << '\n';
  }
  return false;
}

// The first step that goes wrong ends it, for what follows builds on it.
int run_steps(const std::string& file, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (step.is_need) {
      if (run(step.command).exit_status == 0) continue;
      std::cout << "skipped: '" << step.command << "' does not work here\n";
      return kSkipped;
    }
    if (!check(file, step)) return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: scenario FILE.scenario [NAME=VALUE ...]\n";
    return 2;
  }
  const std::string file = fs::absolute(argv[1]).string();
  for (int i = 2; i < argc; ++i) putenv(argv[i]);
  const std::vector<Step> steps = read_steps(file);
  std::string folder = (fs::temp_directory_path() / "glass-scenario-XXXXXX").string();
  if (steps.empty() || mkdtemp(folder.data()) == nullptr) {
    std::cerr << file << ": no steps, or no folder to run them in\n";
    return 2;
  }
  fs::current_path(folder);
  const int status = run_steps(file, steps);
  fs::current_path(fs::temp_directory_path());
  fs::remove_all(folder);
  return status;
}
