#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { KitError } from "./kit-error.ts";
import { requireNode } from "./require-node.ts";
import { toolVersion } from "./version.ts";

// Commands are imported when they run: --help must not pay for schemas and decoders.

const exitCodes = `
Exit codes:
  0  ok
  1  findings at or above --fail-on, an inconclusive run, or a command that failed
  2  wrong usage, a crash, or a command that could not start
  3  a threshold was missed (benchmarks)`;

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

function runOptions(command: Command): Command {
  return command
    .option(
      "--semconv <id>",
      "version of the conventions to judge against; repeatable (default: newest non-preview)",
      collect,
    )
    .option("--fail-on <level>", "violation, improvement, information or never", "violation")
    .option("--reporter <name[=file]>", "terminal, json or html; repeatable (default: terminal)", collect)
    .option("--json", "short for --reporter json")
    .option("--out <dir>", "write reports into this folder (default there: json and html)")
    .option(
      "--save <file>",
      "keep all that was accepted, raw, as OTLP/JSON lines (mode 0600); continues a file that is there",
    )
    .option("--verbose", "list information findings too");
}

const maxRequestOption = [
  "--max-request-mb <n>",
  "largest request, before and after decompression; larger ones are refused",
  "64",
] as const;

function program(): Command {
  const root = new Command("genai-testkit")
    .description("Judges OpenTelemetry gen_ai telemetry against pinned versions of the semantic conventions.")
    .version(toolVersion(), "-V, --version", "print the version")
    .helpCommand("help [command]", "display help for a command")
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      "after",
      `
Examples:
  $ genai-testkit check -- node app.js         run a service, judge what it sends
  $ genai-testkit check traces.json            judge a file (OTLP/JSON, NDJSON, protobuf; .gz, .zst)
  $ genai-testkit sink                         listen on 4317 and 4318 until Ctrl-C
  $ genai-testkit generate rag/query           write the telemetry of a scenario
  $ genai-testkit provider                     answer model calls on 4010, without a key or a cost
  $ genai-testkit explain span-kind            what a rule asks for, and why
${exitCodes}`,
    );

  runOptions(root.command("check"))
    .summary("judge files, or what a command sends")
    .description("Judges OTLP files (- is standard input), or starts a sink, runs a command and judges what it sends.")
    .usage("[options] [files...] | check [options] -- <command...>")
    .argument("[files...]", "OTLP/JSON, the Collector's NDJSON, OTLP protobuf; each also .gz or .zst")
    .addOption(
      new Option("--signal <name>", "what a protobuf file holds, when it cannot be told").choices([
        "traces",
        "logs",
        "metrics",
      ]),
    )
    .option(...maxRequestOption)
    .option(
      "--provider",
      "also start fake providers, point OPENAI_BASE_URL, ANTHROPIC_BASE_URL and GOOGLE_GEMINI_BASE_URL at them, and hold every call against its span",
    )
    .option(
      "--ledger <file>",
      "with --provider, keep the calls there; with files, hold them against the calls kept there, or the spans a replay sent",
    )
    .option("--provider-port <port>", "with --provider: port to listen on (default: a free one)")
    .option("--script <file>", "with --provider: what the models say and what goes wrong, YAML or JSON")
    .option(
      "--fault <fault>",
      "with --provider: what goes wrong; repeatable, see genai-testkit provider --help",
      collect,
    )
    .option("--seed <number>", "with --provider: ids, and which calls a fault by rate strikes, depend on it")
    .addHelpText(
      "after",
      `
Examples:
  $ genai-testkit check --provider --fault 'rate=0.1 status=429' -- node app.js
  $ genai-testkit check spans.ndjson --ledger calls.ndjson
  $ genai-testkit check --semconv 1.36.0 --semconv 1.41.1 --out reports/run -- python app.py
  $ genai-testkit check spans.json.gz --json | jq .verdict
  $ genai-testkit check --signal traces spans.binpb
${exitCodes}`,
    )
    .action(async (files: string[], raw) => {
      const { runCheck } = await import("./check-command.ts");
      process.exitCode = await runCheck(files, commandAfterDashes, raw);
    });

  runOptions(root.command("sink"))
    .summary("receive telemetry until stopped, then judge it")
    .description("Listens for OTLP by gRPC and HTTP until Ctrl-C, SIGTERM or POST /stop, then judges what came.")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--grpc-port <port>", "port of OTLP/gRPC; 0 takes a free one", "4317")
    .option("--http-port <port>", "port of OTLP/HTTP; 0 takes a free one", "4318")
    .option("--admin-port <port>", "serve GET /health, GET /report and POST /stop on 127.0.0.1")
    .option(...maxRequestOption)
    .option("--tls-cert <pem>", "serve TLS with this certificate, or a chain that begins with it")
    .option("--tls-key <pem>", "the certificate's private key")
    .option("--tls-client-ca <pem>", "require client certificates of these authorities (mTLS)")
    .option("--token-file <file>", "require this bearer token; or set GENAI_TESTKIT_TOKEN")
    .addHelpText(
      "after",
      `
Examples:
  $ genai-testkit sink --semconv genai-2026-08-03 --save run.ndjson
  $ genai-testkit sink --grpc-port 0 --http-port 0 --admin-port 9100 --out reports/run
  $ genai-testkit sink --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --token-file token
${exitCodes}`,
    )
    .action(async (raw) => {
      const { runSink } = await import("./sink-command.ts");
      process.exitCode = await runSink(raw);
    });

  root
    .command("generate")
    .summary("write the telemetry of a scenario")
    .description(
      "Writes what the services of a scenario would send: the same bytes for the same seed, conformant to the version.",
    )
    .argument("<scenario>", "a built-in scenario (see: scenario list), or a YAML file of your own")
    .option("--semconv <id>", "version of the conventions to write (default: newest non-preview)")
    .option("--seed <n>", "what all randomness follows from", "1")
    .option("--traces <n>", "how many runs (default: as many as the scenario says that show it, else 100)")
    .option("--out <file>", "where to write; - is standard output", "-")
    .option(
      "--format <name>",
      "json (OTLP/JSON lines) or protobuf (default: by the file's extension, .binpb is protobuf)",
    )
    .option("--ledger <file>", "write what really happened beside it: every call with its outcome")
    .option("--start <time>", "when the first run starts, or now", "2026-01-01T00:00:00Z")
    .addHelpText(
      "after",
      `
Examples:
  $ genai-testkit generate multi-agent/triage --traces 1000 --out traces.ndjson --ledger truth.ndjson
  $ genai-testkit generate broken/span-kind/chat-of-a-server | genai-testkit check -
  $ genai-testkit generate my-scenario.yaml --semconv 1.36.0 --seed 7 | genai-testkit check --semconv 1.36.0 -`,
    )
    .action(async (name: string, raw) => {
      const { generate } = await import("./generate-command.ts");
      process.exitCode = await generate(name, raw);
    });

  addScenarioCommands(root);

  root
    .command("replay")
    .summary("send what the services of a scenario would send")
    .description(
      "Sends the traces of a scenario to an OTLP endpoint, when the scenario has them begin, at a rate, or as fast as they are taken, and says what became of them.",
    )
    .argument("<scenario>", "a built-in scenario (see scenario list), or a YAML file of your own")
    .requiredOption("--to <endpoint>", "where to send: http(s)://host:port, or host:port")
    .option("--protocol <name>", "grpc, http/protobuf or http/json", "grpc")
    .option(
      "--driver <name>",
      "otlp (encodes requests itself, fast), sdk (real OpenTelemetry SDKs, one for each service) or live (each service a process with an HTTP server and the SDK, fake providers behind)",
      "otlp",
    )
    .option("--semconv <id>", "version of the conventions to write (default: newest non-preview)")
    .option("--seed <n>", "what all randomness follows from; another one gives other ids", "1")
    .option(
      "--rate <rate>",
      "traces a second, spans a second (20000spans), or max (default: as the scenario has them begin)",
    )
    .option("--traces <n>", "end after so many traces (default: 100, unless --duration is given)")
    .option("--duration <time>", "end after so long, such as 30s or 5m")
    .option("--in-flight <n>", "most requests under way at once (default: 32; 4 with --rate max)")
    .option(
      "--batch <spans>",
      "spans a request, rounded up to whole traces (default: what arrives in 200 ms, at most 512)",
    )
    .option("--gzip", "compress requests")
    .option("--header <name=value>", "send this header with each request; repeatable", collect)
    .option("--timeout <time>", "how long one attempt may take", "10s")
    .option("--retries <n>", "how often a request is sent again at most, where OTLP allows it", "4")
    .option(
      "--speed <n>",
      "with --driver live: how many times as fast as in the scenario time passes (default: 1); no planned wait is longer than 10 s",
    )
    .option("--ledger <file>", "write each span that was sent, and whether it was acknowledged, for check --ledger")
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ genai-testkit replay multi-agent/triage --to localhost:4317
  $ genai-testkit replay rag/query --to http://localhost:4318 --protocol http/protobuf --rate 200 --duration 1m --ledger sent.ndjson
  $ genai-testkit replay chat/streaming --to localhost:4317 --rate max --traces 100000 --json
${exitCodes}`,
    )
    .action(async (name: string, raw) => {
      const { replay } = await import("./replay-command.ts");
      process.exitCode = await replay(name, raw);
      // What an exporter of the SDK has under way would keep the process until the exporter's own deadline.
      process.stdout.write("", () => process.exit());
    });

  root
    .command("provider")
    .summary("answer model calls as fake providers, until stopped")
    .description(
      "Answers the calls of OpenAI's, Anthropic's and Gemini's clients with made-up replies, until Ctrl-C or SIGTERM, and keeps a ledger of them.",
    )
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 takes a free one", "4010")
    .option(
      "--ledger <file>",
      "keep what was called, answered and cut short, as JSON lines (mode 0600); replaces an earlier ledger",
    )
    .option("--script <file>", "YAML or JSON with what the models say and what goes wrong")
    .option(
      "--fault <fault>",
      "what goes wrong with which calls; repeatable, the first that strikes a call is the call's",
      collect,
    )
    .option("--seed <number>", "ids, and which calls a fault by rate strikes, depend on it", "1")
    .option("--json", "print the URL and the summary as JSON lines")
    .addHelpText(
      "after",
      `
A fault is made of key=value pairs. What goes wrong, at least one of:
  status=429              refuses with this status; retry-after=<seconds> beside it
  timeout                 never answers
  first-token=2s          waits before the first event of a stream, or before any other reply
  token=200ms             waits before each further event
  cut=3                   breaks the connection after 3 events, or within any other reply; cut=0 before the reply
  malformed=2             the second event, or any other reply, is no JSON
  concurrent=2            refuses (429) calls beyond 2 at once
  requests=10/1m          refuses (429) calls beyond 10 a minute; tokens=1000/1m likewise
Which calls, all of them without these:
  rate=0.1                a tenth, chosen by the seed and the request
  calls=1,3-5,10-         the first, the third to the fifth, from the tenth on
  api=openai.responses    openai.chat_completions, openai.embeddings, anthropic.messages, gemini.generate_content
  model=gpt-4o
A request chooses for itself with the header x-testkit-fault: status=503

Examples:
  $ genai-testkit provider --ledger calls.ndjson
  $ genai-testkit provider --port 0 --fault 'rate=0.1 status=429 retry-after=1' --fault 'calls=3 cut=2'
  $ genai-testkit provider --script agent.yaml --json
${exitCodes}`,
    )
    .action(async (raw) => {
      const { runProvider } = await import("./provider-command.ts");
      process.exitCode = await runProvider(raw);
    });

  root
    .command("explain")
    .summary("say what a rule asks for, why, and how to mend it")
    .argument("[rule]", "id of a rule; without one, all rules are listed")
    .addHelpText("after", "\nExample:\n  $ genai-testkit explain required-attribute-missing")
    .action(async (rule: string | undefined) => {
      const { explain } = await import("./explain-command.ts");
      await explain(rule);
    });
  return root;
}

function addScenarioCommands(root: Command): void {
  const scenario = root
    .command("scenario")
    .summary("list, show or draw scenarios")
    .description("What generate and replay make telemetry from.");
  scenario
    .command("list")
    .summary("the built-in scenarios")
    .option("--broken", "the ones with a labelled fault in them")
    .option("--json", "as JSON")
    .action(async (raw) => {
      const { listScenarios } = await import("./scenario-command.ts");
      await listScenarios(raw);
    });
  scenario
    .command("show")
    .summary("a scenario's YAML, and what its runs come to")
    .argument("<scenario>", "a built-in scenario, or a YAML file of your own")
    .option("--json", "as JSON")
    .action(async (name: string, raw) => {
      const { showScenario } = await import("./scenario-command.ts");
      await showScenario(name, raw);
    });
  scenario
    .command("draw")
    .summary("one trace of a scenario as a tree")
    .argument("<scenario>", "a built-in scenario, or a YAML file of your own")
    .option("--semconv <id>", "version of the conventions that names the spans (default: newest non-preview)")
    .option("--seed <n>", "what all randomness follows from", "1")
    .option(
      "--traces <n>",
      "how many runs there are: where they share a provider, each depends on the others (default: as generate has it)",
    )
    .option("--trace <k>", "which of them to draw, from 0", "0")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  $ genai-testkit scenario draw multi-agent/handoff --trace 3")
    .action(async (name: string, raw) => {
      const { drawScenario } = await import("./scenario-command.ts");
      await drawScenario(name, raw);
    });
}

/** What follows the first `--`; the parser itself would mix it with the files. */
let commandAfterDashes: readonly string[] | undefined;

async function main(argv: readonly string[]): Promise<void> {
  const dashes = argv.indexOf("--");
  commandAfterDashes = dashes < 0 ? undefined : argv.slice(dashes + 1);
  const own = dashes < 0 ? argv : argv.slice(0, dashes);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader of a pipe may leave early (`| head`); that is no crash.
    if (error.code !== "EPIPE") throw error;
  });
  try {
    requireNode(process.versions.node);
    await program().parseAsync([...own], { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  // Commander has already printed its message; help and --version come as errors with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof KitError) {
    process.stderr.write(`error: ${error.message}\n  ${error.fix}\n`);
    return 2;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `error: ${stack}\n  This is a bug of otel-genai-testkit; please report it with the command that shows it.\n`,
  );
  return 2;
}

await main(process.argv.slice(2));
