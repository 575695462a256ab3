# Three Go programs, built once and kept outside the tree: a fresh clone finds them again.
GO ?= go
TOOL_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/telesift

COLLECTOR_MANIFEST := collector-config/builder.yaml
COLLECTOR_VERSION := $(shell awk '/^  version:/ {print $$2}' $(COLLECTOR_MANIFEST))
COLLECTOR := $(TOOL_CACHE)/otelcol-$(shell sed "/^ *\#/d" $(COLLECTOR_MANIFEST) | cksum | tr " " -)
COLLECTOR_HINT := collector: needs Go to build; or use an official release: OTELCOL_BIN=/path/to/otelcol-contrib

K6_VERSION := 1.8.1
K6 := $(TOOL_CACHE)/k6-$(K6_VERSION)

# Go names each module and package as it goes; of these 2,000 lines every hundredth is enough.
PROGRESS = awk '/^go: downloading/ || NF == 1 {if (++n % 100 == 0) print "$(1): " n " packages"; fflush(); next} !/\tINFO\t/'

# The official release that OTELCOL_BIN names, or our own build of an earlier day or of now; or none.
COLLECTOR_FOUND := $(or $(OTELCOL_BIN),$(if $(wildcard $(COLLECTOR))$(shell command -v $(GO)),$(COLLECTOR)))

.PHONY: collector
collector: $(COLLECTOR_FOUND) ## the OpenTelemetry Collector, from its official modules: build/otelcol
	@$(if $<,mkdir -p build && ln -sfn $(realpath $<) build/otelcol,echo "$(COLLECTOR_HINT)")

$(COLLECTOR):
	@echo "collector: building v$(COLLECTOR_VERSION) from its Go modules, once (5 to 15 minutes)"
	@mkdir -p $(@D) build/collector
	@set -o pipefail; $(GO) run go.opentelemetry.io/collector/cmd/builder@v$(COLLECTOR_VERSION) \
	  --config $(COLLECTOR_MANIFEST) --skip-compilation 2>&1 | $(call PROGRESS,collector)
	@set -o pipefail; cd build/collector && CGO_ENABLED=0 $(GO) build -v -trimpath -ldflags '-s -w' \
	  -o $@.new . 2>&1 | $(call PROGRESS,collector)
	@mv $@.new $@

.PHONY: k6
k6: $(K6) # the load generator of `make bench`: build/k6
	@mkdir -p build && ln -sfn $(K6) build/k6

$(K6):
	@echo "k6: building v$(K6_VERSION) from its Go module, once (2 to 5 minutes)"
	@mkdir -p $(@D)
	@set -o pipefail; GOBIN=$(@D) $(GO) install -v go.k6.io/k6@v$(K6_VERSION) 2>&1 | $(call PROGRESS,k6)
	@mv $(@D)/k6 $@

PROMTOOL_VERSION := 0.316.0
PROMTOOL := $(TOOL_CACHE)/promtool-$(PROMTOOL_VERSION)
PROMTOOL_HINT := promtool: needs Go to build; the alerts go untested

.PHONY: promtool
promtool: $(if $(wildcard $(PROMTOOL))$(shell command -v $(GO)),$(PROMTOOL)) # checks and tests the alerts: build/promtool
	@$(if $<,mkdir -p build && ln -sfn $(PROMTOOL) build/promtool,echo "$(PROMTOOL_HINT)")

# It looks for no servers, so it needs no cloud's client: without them the build is much smaller.
$(PROMTOOL):
	@echo "promtool: building v$(PROMTOOL_VERSION) from its Go module, once (2 to 5 minutes)"
	@mkdir -p $(@D)
	@set -o pipefail; GOBIN=$(@D) $(GO) install -v -trimpath -tags remove_all_sd -ldflags '-s -w' \
	  github.com/prometheus/prometheus/cmd/promtool@v$(PROMTOOL_VERSION) 2>&1 | $(call PROGRESS,promtool)
	@mv $(@D)/promtool $@

test: promtool
