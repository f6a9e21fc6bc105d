// Grades what standard input lists: on each line the components of a release as ID=LICENCE, apart
// by tabs; a licence may be empty. Writes the class and, of classes III, II and I, how many
// components are open: "3 6 9 11".
//
// usage: grade_openness <LINES
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "glass/record/release_documents/openness.h"

using namespace glass;

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<record::PresentComponent> components;
    std::istringstream words(line);
    for (std::string word; std::getline(words, word, '\t');) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos) continue;
      components.push_back({std::atoi(word.c_str()), word.substr(equals + 1), ""});
    }
    const record::OpennessGrade grade = record::openness_grade(components);
    std::cout << grade.openness_class;
    for (const int have : grade.have) std::cout << ' ' << have;
    std::cout << '\n';
  }
  return 0;
}
