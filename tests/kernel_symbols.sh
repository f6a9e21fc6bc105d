#!/bin/sh
# Reads the object code of the kernels: no function of libm that could differ between machines, a
# fused multiply-add only where the specification has one.
#
# usage: kernel_symbols.sh NM OBJDUMP ARCHIVE
set -eu
nm=$1
objdump=$2
archive=$3
failed=0

complain() {
  echo "kernel_symbols: $1" >&2
  echo "$2" | sed 's/^/  /' >&2
  failed=1
}

undefined=$("$nm" --print-file-name --undefined-only "$archive")
names='exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|cbrt|hypot|tanh|sinh|cosh|tan|sin|cos|sincos'
names="$names|asin|acos|atan|atan2|asinh|acosh|atanh|erf|erfc|lgamma|tgamma"
found=$(echo "$undefined" | grep -E " U ($names)[fl]?(@.*)?\$" || true)
[ -z "$found" ] || complain "calls of libm whose bits differ between machines" "$found"

found=$(echo "$undefined" | grep -E ' U (rand|srand|random|drand48|rand_r)(@.*)?$' || true)
[ -z "$found" ] || complain "random numbers that are no function of a counter" "$found"

# The exact fma of libm: in the definition of the bits only; vector code has an instruction. The burst
# of multiply-adds computes nothing that anyone keeps. Routing is its own definition, for all kernels.
found=$(echo "$undefined" | grep -E ' U fmaf?l?(@.*)?$' |
  grep -vE '[^ ]*(_reference|math|fma_burst|routing)\.cpp\.o:' || true)
[ -z "$found" ] || complain "fma outside of the reference and math.cpp" "$found"

# Instructions that fuse, by object. x86-64 without -mfma has none in scalar code: there they would
# come from contraction. Elsewhere the compiler writes them for std::fma, so only the objects whose
# formulas have no fma are read.
fused='[[:space:]](vfn?m(add|sub)[a-z0-9]*|fn?m(add|sub)|fml[as])[[:space:]]'
case $("$objdump" -f "$archive") in
  *x86-64*) plain='(_reference|tree|registry|split_kernels|math)\.cpp\.o' ;;
  *) plain='(embedding_reference|tree|registry|split_kernels)\.cpp\.o' ;;
esac
found=$("$objdump" -d --no-show-raw-insn "$archive" | awk -v plain="$plain" -v fused="$fused" '
  /file format/ { object = $1 }
  object ~ plain && $0 ~ fused { print object, $0 }' | head -5)
[ -z "$found" ] || complain "a fused multiply-add that the specification does not have" "$found"

exit $failed
