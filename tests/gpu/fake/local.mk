# SPDX-License-Identifier: Apache-2.0
# A strict device without hardware: libfakecuda.so is libcuda and libcublasLt at once. Without a sanitizer: that belongs to the
# program that opens it.
FAKE_CUDA_FILES = %D%/fake.h %D%/state.c %D%/object.c %D%/words.c %D%/device.c %D%/memory.h %D%/memory.c %D%/fault.c \
	%D%/early.h %D%/early.c %D%/copy.c %D%/stream.h %D%/stream.c %D%/watch.h %D%/watch.c %D%/graph.h %D%/graph.c %D%/event.c %D%/module.h %D%/module.c \
	%D%/arguments.h %D%/arguments.c %D%/launch.c %D%/lt.h %D%/lt_descriptor.c %D%/lt_algo.c %D%/lt_product.c %D%/lt_multiply.c
FAKE_CUDA_FLAGS = -std=gnu11 -ffp-contract=off -fPIC -pthread $(WARN_CFLAGS)
if HAVE_CUDA
FAKE_CUDA = %D%/libfakecuda.so
check_LIBRARIES += %D%/libfakecuda.a
%C%_libfakecuda_a_SOURCES = $(FAKE_CUDA_FILES) tests/gpu/simt.h tests/gpu/simt.c tests/gpu/twins.c \
	engines/base/mem.c engines/base/group.c engines/tensor/dtype.c engines/tensor/quant.c
%C%_libfakecuda_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
%C%_libfakecuda_a_CFLAGS = $(FAKE_CUDA_FLAGS)
$(FAKE_CUDA): %D%/libfakecuda.a
	$(AM_V_CCLD)$(CC) -shared -pthread -Wl,-Bsymbolic -Wl,-z,defs -o $@ \
		-Wl,--whole-archive %D%/libfakecuda.a -Wl,--no-whole-archive -lm
check_DATA += $(FAKE_CUDA)
CLEANFILES += $(FAKE_CUDA)

FAKE_TESTS = tests/gpu/t_fake tests/gpu/t_fake_early tests/gpu/t_fake_stream tests/gpu/t_fake_end tests/gpu/t_fake_lt
check_PROGRAMS += $(FAKE_TESTS)
tests_gpu_t_fake_SOURCES = tests/gpu/t_fake.c tests/gpu/fake_device.h
tests_gpu_t_fake_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_gpu_t_fake_CFLAGS = $(AM_CFLAGS)
tests_gpu_t_fake_LDADD = libcudaengine.a libbase.a $(JANSSON_LIBS)
tests_gpu_t_fake_early_SOURCES = tests/gpu/t_fake_early.c tests/gpu/last_words.h
tests_gpu_t_fake_early_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_gpu_t_fake_early_CFLAGS = $(AM_CFLAGS)
tests_gpu_t_fake_early_LDADD = %D%/libfakecuda.a -lm
tests_gpu_t_fake_stream_SOURCES = tests/gpu/t_fake_stream.c tests/gpu/fake_device.h
tests_gpu_t_fake_stream_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_gpu_t_fake_stream_CFLAGS = $(AM_CFLAGS)
tests_gpu_t_fake_stream_LDADD = libcudaengine.a libbase.a $(JANSSON_LIBS)
tests_gpu_t_fake_end_SOURCES = tests/gpu/t_fake_end.c tests/gpu/fake_device.h
tests_gpu_t_fake_end_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_gpu_t_fake_end_CFLAGS = $(AM_CFLAGS)
tests_gpu_t_fake_end_LDADD = libcudaengine.a libbase.a $(JANSSON_LIBS)
tests_gpu_t_fake_lt_SOURCES = tests/gpu/t_fake_lt.c tests/gpu/fake_device.h
tests_gpu_t_fake_lt_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_gpu_t_fake_lt_CFLAGS = $(AM_CFLAGS)
tests_gpu_t_fake_lt_LDADD = libcudaengine.a libtensor.a libbase.a $(JANSSON_LIBS)
TESTS += $(FAKE_TESTS)
tests/gpu/t_fake.log tests/gpu/t_fake_stream.log tests/gpu/t_fake_end.log tests/gpu/t_fake_lt.log: $(FAKE_CUDA)
else
EXTRA_DIST += $(FAKE_CUDA_FILES) tests/gpu/fake_device.h tests/gpu/t_fake.c \
	 tests/gpu/t_fake_early.c tests/gpu/t_fake_stream.c tests/gpu/t_fake_end.c tests/gpu/t_fake_lt.c
endif
