# The reference host application, and the end-to-end tests that run on it.
VAULT_WEB := examples/prompt-vault/web
VAULT_PAGE := $(VAULT_WEB)/dist/index.html

.PHONY: vault
vault: $(VAULT_PAGE) ## build the Prompt Vault's front end

$(VAULT_PAGE): $(SDK_BUILT) $(shell find $(VAULT_WEB)/src $(VAULT_WEB)/public $(VAULT_WEB)/*.* -type f)
	@echo "vault: building the front end"
	@npm run build --silent --workspace @telesift/prompt-vault

.PHONY: e2e
e2e: setup vault ## the whole story in a real browser (Chromium)
	@npm test --silent --workspace @telesift/e2e

.PHONY: demo-traffic
demo-traffic: vault ## use the running vault for a minute, so that dashboards have something to show
	@npm run demo-traffic --silent --workspace @telesift/e2e
