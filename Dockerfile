# HveRelay in a container. Written where no Docker engine was at hand: it has not been built yet.
#
#   docker build -t hverelay .
#   docker run -v hverelay-data:/data -v ./hverelay.json:/etc/hverelay/hverelay.json:ro -p 10.20.0.5:25:2525 hverelay
#
# deploy/docker/compose.yaml has the rest: secrets, read-only root, grace period.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# The packages first: they change less often than the code, and the layer is kept.
COPY Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt ./
COPY src/HveRelay.Smtp/HveRelay.Smtp.csproj src/HveRelay.Smtp/
COPY src/HveRelay.Core/HveRelay.Core.csproj src/HveRelay.Core/
COPY src/HveRelay.Simulator/HveRelay.Simulator.csproj src/HveRelay.Simulator/
COPY src/HveRelay/HveRelay.csproj src/HveRelay/
RUN dotnet restore src/HveRelay/HveRelay.csproj

COPY src/ src/
RUN dotnet publish src/HveRelay/HveRelay.csproj -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0

# The base image would have Kestrel listen on 8080 as well; what listens stands in hverelay.json.
ENV ASPNETCORE_HTTP_PORTS= \
    PATH="/app:${PATH}"

# A volume takes over owner and mode of what it covers.
RUN install -d -m 0700 -o "$APP_UID" -g "$APP_UID" /data
COPY --from=build /app /app
COPY deploy/docker/hverelay.json /etc/hverelay/hverelay.json

# By number, so that Kubernetes' runAsNonRoot can see that it is not root.
USER $APP_UID
WORKDIR /data
VOLUME /data
EXPOSE 2525 8025
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["hverelay", "health"]
ENTRYPOINT ["hverelay"]
CMD ["run"]
