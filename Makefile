# The doors for people: each target installs what it needs, builds, and does what it says.
.PHONY: run test bench build format clean

build:
	@scripts/setup
	@cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build --preset release

run: | build/.exists
	@$(MAKE) --no-print-directory build
	@build/release/bin/glass run recipes/first-light/recipe.toml
	@scripts/release-first-light build/release/bin

test: | build/.exists
	@scripts/setup tests
	@cmake --preset test >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build --preset test
	@ctest --preset test -j "$$(nproc)"

bench: | build/.exists
	@scripts/setup bench
	@bench/run

format:
	@git ls-files '*.h' '*.cpp' | xargs clang-format-14 -i

clean:
	rm -rf build

build/.exists:
	@mkdir -p build && touch $@

build: | build/.exists
