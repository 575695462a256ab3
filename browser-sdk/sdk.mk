# The browser SDK: what it is built to, its tests, its benchmark.
SDK_BUILT := browser-sdk/dist/index.js

.PHONY: sdk
sdk: $(SDK_BUILT) ## build the browser SDK

$(SDK_BUILT): node_modules/.ready $(shell find browser-sdk/src -type f) browser-sdk/package.json browser-sdk/vite.config.ts
	@npm run build --silent --workspace @telesift/browser
	@touch $@

.PHONY: sdk-check
sdk-check: setup node_modules/.ready ## lint, types, size, package and tests of the browser SDK (Chromium and Firefox)
	@npm run check --silent --workspace @telesift/browser

.PHONY: browsers
browsers: sdk ## the rating prompt and leaving a page in every engine: Chromium, Firefox, WebKitGTK
	@tests/install_servers.sh webkit
	@npm exec --workspace @telesift/browser -- vitest run --project engine-chromium --project engine-firefox --project engine-webkit

.PHONY: sdk-bench
sdk-bench: node_modules/.ready ## the browser SDK beside OpenTelemetry, Faro, Sentry and PostHog; the rating prompt's cost
	@npm run bench --silent --workspace @telesift/browser
