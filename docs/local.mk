# SPDX-License-Identifier: Apache-2.0
# The pages: installed, and embedded as the topics of `inferometer help`, in this order.
DOC_FILES = %D%/first-measurement.md %D%/reading-a-report.md %D%/writing-a-sweep.md %D%/statistics.md %D%/nightly.md %D%/gpu.md %D%/faq.md \
	%D%/adding-an-engine.md %D%/adding-a-workload.md %D%/adding-a-counter.md %D%/adding-a-kernel.md \
	%D%/protocol.md
# Installed as they stand here, with what they link to, so that links work there, too.
nobase_dist_doc_DATA = README.md CONTRIBUTING.md ARCHITECTURE.md $(DOC_FILES) %D%/speed.svg results/README.md \
	harness/measure/example-worker.py
