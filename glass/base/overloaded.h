// Overloaded: one function out of several, by the type of its argument.
//
//   std::visit(Overloaded{[](const Opened& one) { ... }, [](const Closed& one) { ... }}, event);
#pragma once

namespace glass {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace glass
