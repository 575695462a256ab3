# SPDX-License-Identifier: Apache-2.0
"""What every Telesift service, and any Falcon application beside one, is built on.

Everything that touches requests works in WSGI and ASGI applications alike:

    settings = read(MySettings, os.environ)             # MySettings extends ServiceSettings
    logs.configure(settings)                            # once, before the fork
    telemetry.configure("my-service")                   # in each worker
    app = falcon.App(middleware=middleware.stack(settings, "my-service"))
    error_handlers.install(app)
    health.add(app, "my-service", {"database": check})
"""
