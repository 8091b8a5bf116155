# A thin front for CMake and Ninja; everything that is built lies in build/ (and build-*/).
.POSIX:
.PHONY: all install uninstall demo test bench image fuzz asan format pages fuzz_dictionary fuzz_corpus clean

all: build/build.ninja
	@cmake --build build

build/build.ninja:
	@cmake -G Ninja -S . -B build

demo:
	@./scripts/demo

test:
	@./scripts/test

# MEASURE names some of the measures: make bench MEASURE=load
MEASURE =

bench: all
	@./scripts/bench $(MEASURE)

image:
	@./scripts/image

fuzz:
	@./scripts/fuzz

asan:
	@./scripts/asan

format:
	@./scripts/format

pages fuzz_dictionary fuzz_corpus: build/build.ninja
	@cmake --build build --target $@

# PREFIX and DESTDIR as everywhere: make install PREFIX=/usr DESTDIR=/tmp/package
PREFIX = /usr/local
DESTDIR =

install: all
	@DESTDIR='$(DESTDIR)' ./scripts/install '$(PREFIX)'

uninstall:
	@DESTDIR='$(DESTDIR)' ./scripts/install --remove '$(PREFIX)'

clean:
	@rm -rf build build-asan build-fuzz
