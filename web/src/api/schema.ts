/** Made by `npm run api-types` from the server's OpenAPI document; not edited by hand. */
/* eslint-disable */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** AllEventsQuery */
        readonly AllEventsQuery: {
            /**
             * After
             * @default null
             */
            readonly after: number | null;
            /**
             * Limit
             * @default 500
             */
            readonly limit: number;
            /**
             * Previews
             * @description Whether the WebSocket sends previews, too.
             * @default false
             * @enum {string}
             */
            readonly previews: "true" | "false" | "1" | "0";
            /**
             * Run
             * @default null
             */
            readonly run: string | null;
        };
        /**
         * ArtifactJson
         * @description A file that a node of the run saved.
         */
        readonly ArtifactJson: {
            /** Bytes */
            readonly bytes: number;
            /** Hash */
            readonly hash: string;
            /** Height */
            readonly height: number | null;
            /** Media Type */
            readonly media_type: string;
            /** Name */
            readonly name: string;
            /** Ordinal */
            readonly ordinal: number;
            /** Path */
            readonly path: string;
            /** Preview */
            readonly preview: boolean;
            /** Turn */
            readonly turn: readonly number[];
            /** Url */
            readonly url: string;
            /** Width */
            readonly width: number | null;
        };
        /** CountsJson */
        readonly CountsJson: {
            /** Queued */
            readonly queued: number;
            /** Running */
            readonly running: number;
        };
        /** ErrorDetail */
        readonly ErrorDetail: {
            /** Code */
            readonly code: string;
            /** Message */
            readonly message: string;
            /** Problems */
            readonly problems: readonly components["schemas"]["ProblemJson"][];
        };
        /**
         * ErrorJson
         * @description Every refusal has this form.
         */
        readonly ErrorJson: {
            readonly error: components["schemas"]["ErrorDetail"];
        };
        /**
         * EventsJson
         * @description Events, oldest first; each has `seq`, `time`, `run` and `type`. `next`: the last number.
         */
        readonly EventsJson: {
            /** Events */
            readonly events: readonly {
                readonly [key: string]: unknown;
            }[];
            /** Next */
            readonly next: number;
        };
        /** EventsQuery */
        readonly EventsQuery: {
            /**
             * After
             * @description The number of the last event already known.
             * @default 0
             */
            readonly after: number;
            /**
             * Limit
             * @default 500
             */
            readonly limit: number;
        };
        /** FileJson */
        readonly FileJson: {
            /** Bytes */
            readonly bytes: number;
            /** Hash */
            readonly hash: string;
            /** Height */
            readonly height: number | null;
            /** Media Type */
            readonly media_type: string;
            /** Url */
            readonly url: string;
            /** Width */
            readonly width: number | null;
        };
        /**
         * ForecastJson
         * @description What a run would do, by path; seconds as past runs took them.
         *
         *     The seconds of a loop contain those of its body: `total` counts each once. `lost` names the
         *     outputs, and the nodes that save or show, of which muting leaves nothing.
         */
        readonly ForecastJson: {
            /** Lost */
            readonly lost: readonly string[];
            /** Seconds */
            readonly seconds: {
                readonly [key: string]: number;
            };
            /** States */
            readonly states: {
                readonly [key: string]: string;
            };
            /** Total */
            readonly total: number | null;
            /** Turns */
            readonly turns: {
                readonly [key: string]: readonly number[];
            };
            /** Until */
            readonly until: {
                readonly [key: string]: string;
            };
        };
        readonly Graph: unknown;
        readonly GraphDefinition: unknown;
        /**
         * GraphJson
         * @description A graph that is kept under a name.
         */
        readonly GraphJson: {
            /** About */
            readonly about: string;
            /** Etag */
            readonly etag: string;
            /** Graph */
            readonly graph: {
                readonly [key: string]: unknown;
            };
            /** Name */
            readonly name: string;
            /** Problems */
            readonly problems: readonly components["schemas"]["ProblemJson"][];
            /** Saved */
            readonly saved: string;
            /** Title */
            readonly title: string;
            /** Version */
            readonly version: number;
        };
        readonly GraphNode: unknown;
        readonly GraphNodes: unknown;
        readonly GraphPublic: unknown;
        /** GraphsJson */
        readonly GraphsJson: {
            /** Graphs */
            readonly graphs: readonly components["schemas"]["ListedGraphJson"][];
        };
        readonly GraphWire: unknown;
        /** HealthJson */
        readonly HealthJson: {
            /**
             * Status
             * @constant
             */
            readonly status: "ok";
        };
        /** ListedGraphJson */
        readonly ListedGraphJson: {
            /** About */
            readonly about: string;
            /** Etag */
            readonly etag: string;
            /** Name */
            readonly name: string;
            /** Saved */
            readonly saved: string;
            /** Title */
            readonly title: string;
            /** Version */
            readonly version: number;
        };
        /** ListedTemplateJson */
        readonly ListedTemplateJson: {
            /** About */
            readonly about: string;
            /** Etag */
            readonly etag: string;
            /** Name */
            readonly name: string;
            /** Title */
            readonly title: string;
        };
        /**
         * MoveBody
         * @description A new place in the queue: at the head, before another run, or (null) at the end.
         */
        readonly MoveBody: {
            /**
             * Before
             * @default null
             */
            readonly before: string | null;
            /**
             * First
             * @default false
             */
            readonly first: boolean;
        };
        /** NamedRunQuery */
        readonly NamedRunQuery: {
            /**
             * Version
             * @description A saved version to be pinned to.
             * @default null
             */
            readonly version: number | null;
            /**
             * Wait
             * @description Seconds to wait for the end before answering.
             * @default 0
             */
            readonly wait: number;
        };
        /**
         * Nothing
         * @description An empty object.
         */
        readonly Nothing: Record<string, never>;
        /**
         * PeekBody
         * @description A kept value to look at.
         */
        readonly PeekBody: {
            /**
             * As
             * @default picture
             * @enum {string}
             */
            readonly as: "picture" | "summary";
            readonly graph?: components["schemas"]["Graph"];
            /**
             * Inputs
             * @description Values for the graph's public inputs, by name.
             */
            readonly inputs?: {
                readonly [key: string]: unknown;
            };
            /**
             * Name
             * @description A saved graph or a template, instead of `graph`.
             * @default null
             */
            readonly name: string | null;
            /**
             * Turn
             * @description The turn of each enclosing loop, from 0; -1: what it starts from.
             */
            readonly turn?: readonly number[];
            /**
             * Version
             * @description Of the saved graph; null: the newest.
             * @default null
             */
            readonly version: number | null;
            /**
             * Want
             * @description Public outputs, sinks, or values as `node.port`; null: all outputs and sinks.
             * @default null
             */
            readonly want: readonly string[] | null;
            /**
             * Wire
             * @description The value: `node.port`.
             */
            readonly wire: string;
        };
        /** PeekJson */
        readonly PeekJson: {
            /** Summary */
            readonly summary: {
                readonly [key: string]: unknown;
            };
        };
        /** PeekQuery */
        readonly PeekQuery: {
            /**
             * As
             * @default picture
             * @enum {string}
             */
            readonly as: "picture" | "summary";
            /**
             * Turn
             * @description The turn of each enclosing loop, as 12 or 2,14; -1: the start.
             * @default null
             * @example 12
             */
            readonly turn: string | null;
            /**
             * Wire
             * @description The value: `node.port`.
             * @example denoise.latent
             */
            readonly wire: string;
        };
        /**
         * PictureGraphJson
         * @description The graph in a picture. `notes`: sentences about what it leaves out.
         */
        readonly PictureGraphJson: {
            /** Graph */
            readonly graph: {
                readonly [key: string]: unknown;
            };
            /** Notes */
            readonly notes: readonly string[];
        };
        /**
         * ProblemJson
         * @description One thing that is wrong, where it is, and what to do about it where that is known.
         */
        readonly ProblemJson: {
            /** Code */
            readonly code: string;
            /** Fix */
            readonly fix: string;
            /** Message */
            readonly message: string;
            /** Path */
            readonly path: string;
            /** Port */
            readonly port: string;
        };
        /** ProblemsJson */
        readonly ProblemsJson: {
            /** Problems */
            readonly problems: readonly components["schemas"]["ProblemJson"][];
        };
        /** ReadyJson */
        readonly ReadyJson: {
            /** Ready */
            readonly ready: boolean;
            /** Reason */
            readonly reason: string;
        };
        /**
         * RenameBody
         * @description Another name for a saved graph.
         */
        readonly RenameBody: {
            /** To */
            readonly to: string;
        };
        /**
         * RestoreBody
         * @description An older version to become the newest.
         */
        readonly RestoreBody: {
            /** Version */
            readonly version: number;
        };
        /**
         * RunBody
         * @description A run to be queued. Where an input takes no list, a list for it makes one run an item.
         */
        readonly RunBody: {
            /**
             * Count
             * @description How many runs. Each further one takes the next seed, where the graph has a public seed.
             * @default 1
             */
            readonly count: number;
            readonly graph?: components["schemas"]["Graph"];
            /**
             * Inputs
             * @description Values for the graph's public inputs, by name.
             */
            readonly inputs?: {
                readonly [key: string]: unknown;
            };
            /**
             * Name
             * @description A saved graph or a template, instead of `graph`.
             * @default null
             */
            readonly name: string | null;
            /**
             * Priority
             * @description Higher ones run first.
             * @default 0
             */
            readonly priority: number;
            /**
             * Version
             * @description Of the saved graph; null: the newest.
             * @default null
             */
            readonly version: number | null;
            /**
             * Want
             * @description Public outputs, sinks, or values as `node.port`; null: all outputs and sinks.
             * @default null
             */
            readonly want: readonly string[] | null;
            /**
             * Webhook
             * @description A URL that is told how the run ended; its host must be allowed.
             * @default null
             */
            readonly webhook: string | null;
        };
        /**
         * RunJson
         * @description A run and all that is known of it. `place` counts from 0 in the queue.
         */
        readonly RunJson: {
            /** Artifacts */
            readonly artifacts: readonly components["schemas"]["ArtifactJson"][];
            /** Attempts */
            readonly attempts: number;
            /** Batch */
            readonly batch: string;
            /** Catalogue */
            readonly catalogue: string | null;
            /** Created */
            readonly created: string;
            /** Device */
            readonly device: string | null;
            /** Finished */
            readonly finished: string | null;
            /** Id */
            readonly id: string;
            /** Inputs */
            readonly inputs: {
                readonly [key: string]: unknown;
            };
            /** Item */
            readonly item: number;
            /** Lost */
            readonly lost: readonly string[];
            /** Name */
            readonly name: string | null;
            /** Place */
            readonly place: number | null;
            /** Priority */
            readonly priority: number;
            /** Problems */
            readonly problems: readonly {
                readonly [key: string]: unknown;
            }[];
            /** Retry Of */
            readonly retry_of: string | null;
            /** Started */
            readonly started: string | null;
            /**
             * Status
             * @enum {string}
             */
            readonly status: "queued" | "running" | "completed" | "failed" | "cancelled";
            /** Timings */
            readonly timings: {
                readonly [key: string]: components["schemas"]["TimingJson"];
            };
            /** Title */
            readonly title: string;
            /** Values */
            readonly values: {
                readonly [key: string]: components["schemas"]["ValueJson"];
            };
            /** Version */
            readonly version: number | null;
            /** Want */
            readonly want: readonly string[] | null;
        };
        /** RunPageJson */
        readonly RunPageJson: {
            /** Next */
            readonly next: string | null;
            /** Runs */
            readonly runs: readonly components["schemas"]["RunSummaryJson"][];
        };
        /** RunsJson */
        readonly RunsJson: {
            /** Runs */
            readonly runs: readonly components["schemas"]["RunJson"][];
        };
        /** RunsQuery */
        readonly RunsQuery: {
            /**
             * Batch
             * @default null
             */
            readonly batch: string | null;
            /**
             * Cursor
             * @default null
             */
            readonly cursor: string | null;
            /**
             * Limit
             * @default 50
             */
            readonly limit: number;
            /**
             * Name
             * @description Of the saved graph that was run.
             * @default null
             */
            readonly name: string | null;
            /**
             * Status
             * @description One status, or several with commas.
             * @default null
             */
            readonly status: string | null;
        };
        /**
         * RunSummaryJson
         * @description A run in a list. `pictures` counts its files, `cover` is the last one.
         */
        readonly RunSummaryJson: {
            /** Attempts */
            readonly attempts: number;
            /** Batch */
            readonly batch: string;
            readonly cover: components["schemas"]["FileJson"] | null;
            /** Created */
            readonly created: string;
            /** Device */
            readonly device: string | null;
            /** Finished */
            readonly finished: string | null;
            /** Id */
            readonly id: string;
            /** Item */
            readonly item: number;
            /** Name */
            readonly name: string | null;
            /** Pictures */
            readonly pictures: number;
            /** Place */
            readonly place: number | null;
            /** Priority */
            readonly priority: number;
            /** Retry Of */
            readonly retry_of: string | null;
            /** Started */
            readonly started: string | null;
            /**
             * Status
             * @enum {string}
             */
            readonly status: "queued" | "running" | "completed" | "failed" | "cancelled";
            /** Title */
            readonly title: string;
            /** Version */
            readonly version: number | null;
        };
        /**
         * SaveBody
         * @description A graph to be kept under the name in the path.
         */
        readonly SaveBody: {
            readonly graph: components["schemas"]["Graph"];
        };
        /**
         * SessionJson
         * @description Whether a token is asked for at all; the cookie comes in a header.
         */
        readonly SessionJson: {
            /** Token Needed */
            readonly token_needed: boolean;
        };
        /** StatsJson */
        readonly StatsJson: {
            /** Device */
            readonly device: string;
            /** Kept */
            readonly kept: {
                readonly [key: string]: number;
            };
            /** Resident */
            readonly resident: number;
            /** Restarts */
            readonly restarts: number;
            /** Run */
            readonly run: string | null;
            /** State */
            readonly state: string;
        };
        /**
         * SubjectBody
         * @description A graph, inline or by the name of a saved one, with values for its public inputs.
         */
        readonly SubjectBody: {
            readonly graph?: components["schemas"]["Graph"];
            /**
             * Inputs
             * @description Values for the graph's public inputs, by name.
             */
            readonly inputs?: {
                readonly [key: string]: unknown;
            };
            /**
             * Name
             * @description A saved graph or a template, instead of `graph`.
             * @default null
             */
            readonly name: string | null;
            /**
             * Version
             * @description Of the saved graph; null: the newest.
             * @default null
             */
            readonly version: number | null;
            /**
             * Want
             * @description Public outputs, sinks, or values as `node.port`; null: all outputs and sinks.
             * @default null
             */
            readonly want: readonly string[] | null;
        };
        /** SystemJson */
        readonly SystemJson: {
            /** Catalogue */
            readonly catalogue: string;
            /** Devices */
            readonly devices: readonly components["schemas"]["StatsJson"][];
            /** Packs */
            readonly packs: readonly {
                readonly [key: string]: string;
            }[];
            readonly runs: components["schemas"]["CountsJson"];
            /** Version */
            readonly version: string;
        };
        /**
         * TemplateJson
         * @description A graph that comes with latentgraph.
         */
        readonly TemplateJson: {
            /** About */
            readonly about: string;
            /** Etag */
            readonly etag: string;
            /** Graph */
            readonly graph: {
                readonly [key: string]: unknown;
            };
            /** Name */
            readonly name: string;
            /** Title */
            readonly title: string;
        };
        /** TemplatesJson */
        readonly TemplatesJson: {
            /** Templates */
            readonly templates: readonly components["schemas"]["ListedTemplateJson"][];
        };
        /** ThumbnailQuery */
        readonly ThumbnailQuery: {
            /**
             * Size
             * @description The longer side, in pixels, about.
             * @default 256
             */
            readonly size: number;
        };
        /** TimingJson */
        readonly TimingJson: {
            /** Cached */
            readonly cached: number;
            /** Failed */
            readonly failed: boolean;
            /** Runs */
            readonly runs: number;
            /** Seconds */
            readonly seconds: number;
        };
        /**
         * TokenBody
         * @description The server's token, to be exchanged for a cookie.
         */
        readonly TokenBody: {
            /** Token */
            readonly token: string;
        };
        /**
         * UploadJson
         * @description An upload. An image input of a graph takes its `hash`.
         */
        readonly UploadJson: {
            /** Bytes */
            readonly bytes: number;
            /** Hash */
            readonly hash: string;
            /** Height */
            readonly height: number | null;
            /** Media Type */
            readonly media_type: string;
            /** Url */
            readonly url: string;
            /** Width */
            readonly width: number | null;
        };
        /**
         * ValidateBody
         * @description A graph to be checked. `inputs` are values for its public inputs; with them it must be
         *     ready to run, without them it is checked as a file.
         */
        readonly ValidateBody: {
            /** Graph */
            readonly graph: unknown;
            /**
             * Inputs
             * @default null
             */
            readonly inputs: {
                readonly [key: string]: unknown;
            } | null;
        };
        /**
         * ValueJson
         * @description An output of a run: one of `plain`, `pictures` and `summary`, as `kind` says.
         */
        readonly ValueJson: {
            /**
             * Kind
             * @enum {string}
             */
            readonly kind: "plain" | "picture" | "summary";
            /** Pictures */
            readonly pictures?: readonly components["schemas"]["FileJson"][];
            /** Plain */
            readonly plain?: unknown;
            /** Summary */
            readonly summary?: {
                readonly [key: string]: unknown;
            };
        };
        /** VersionJson */
        readonly VersionJson: {
            /** Etag */
            readonly etag: string;
            /** Saved */
            readonly saved: string;
            /** Title */
            readonly title: string;
            /** Version */
            readonly version: number;
        };
        /** VersionQuery */
        readonly VersionQuery: {
            /**
             * Version
             * @default null
             */
            readonly version: number | null;
        };
        /** VersionsJson */
        readonly VersionsJson: {
            /** Versions */
            readonly versions: readonly components["schemas"]["VersionJson"][];
        };
        /** WaitQuery */
        readonly WaitQuery: {
            /**
             * Wait
             * @description Seconds to wait for the end before answering.
             * @default 0
             */
            readonly wait: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
