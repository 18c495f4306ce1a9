import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ScaledObject, TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { taskKinds } from "@whetstone/schemas/tasks";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { runTool } from "./uv-tool.ts";

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  // Checked by the schemas; read here by path.
  spec: Record<string, never>;
}
interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: { securityContext: Record<string, unknown>; terminationGracePeriodSeconds: number; containers: Container[] };
}
interface Container {
  image: string;
  env: { name: string; value?: string; valueFrom?: unknown }[];
  resources: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext: { allowPrivilegeEscalation?: boolean };
}

/** KEDA's published schemas allow unknown fields, so ours are named here; the compiler checks that KEDA has them. */
const kedaFields: (keyof ScaledObject["spec"])[] = [
  "scaleTargetRef",
  "minReplicaCount",
  "maxReplicaCount",
  "pollingInterval",
  "cooldownPeriod",
  "advanced",
  "triggers",
];

const base = join(import.meta.dirname, "../../infra/k8s/base");
const manifests = readdirSync(base)
  .filter((file) => file !== "kustomization.yaml")
  .flatMap((file) => read(readFileSync(join(base, file), "utf8")));
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const deployments = ofKind("Deployment").map((manifest) => ({
  name: manifest.metadata.name,
  template: manifest.spec["template"] as unknown as PodTemplate,
}));
const scalers = ofKind("ScaledObject").map((manifest) => ({
  name: manifest.metadata.name,
  ...(manifest.spec as unknown as ScaledObject["spec"]),
}));

test("kustomize builds every file of the base", () => {
  const { resources } = parse(readFileSync(join(base, "kustomization.yaml"), "utf8")) as { resources: string[] };

  expect(resources.toSorted()).toEqual(
    readdirSync(base)
      .filter((file) => file !== "kustomization.yaml")
      .toSorted(),
  );
});

test("every manifest fits the schemas of Kubernetes 1.37 and KEDA", { timeout: 120_000 }, () => {
  expect(manifests.length).toBeGreaterThan(10);
  expect(faults(manifests)).toEqual([]);
});

test.each([
  ["a misspelt field", "Deployment", { replica: 1 }],
  ["a wrong type", "Deployment", { revisionHistoryLimit: "three" }],
  ["a KEDA trigger without a type", "ScaledObject", { triggers: [{ metadata: {} }] }],
  ["a misspelt KEDA field", "ScaledObject", { maxReplicas: 3 }],
  ["a KEDA count that is no number", "ScaledObject", { maxReplicaCount: "many" }],
])("%s is a fault", { timeout: 120_000 }, (_, kind, change) => {
  const [sound] = ofKind(kind);
  const broken = { ...sound, spec: { ...sound?.spec, ...change } } as unknown as Manifest;

  expect(faults([broken])).toHaveLength(1);
});

test("a kind nobody knows is a fault", { timeout: 120_000 }, () => {
  expect(faults([{ apiVersion: "v1", kind: "Servise", metadata: { name: "x" }, spec: {} }])).toHaveLength(1);
});

describe.each(deployments)("deployment $name", ({ template }) => {
  test("runs without privileges", () => {
    expect(template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const { securityContext } of template.spec.containers)
      expect(securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
  });

  test("says what it needs, and no secret is written down", () => {
    for (const { env, resources } of template.spec.containers) {
      expect(resources).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
      for (const { name, value } of env.filter((one) => /TOKEN|KEY|SECRET|PASSWORD/.test(one.name)))
        expect({ name, value }).toEqual({ name, value: undefined });
    }
  });

  test("has time to drain before it is killed", () => {
    const lastWordsSeconds = 5;
    for (const { env } of template.spec.containers) {
      const drainMs = Number(env.find(({ name }) => name === "WHETSTONE_DRAIN_MS")?.value ?? 0);
      expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(drainMs / 1000 + lastWordsSeconds);
    }
  });
});

test("every kind of task scales exactly one pool, from nothing", () => {
  const scaled = scalers.flatMap(({ triggers }) =>
    triggers.flatMap(({ metadata }) => new URL(metadata["url"] ?? "").searchParams.getAll("kind")),
  );

  expect(scaled.toSorted()).toEqual(taskKinds.filter((kind) => kind !== "noop").toSorted());
  for (const { minReplicaCount } of scalers) expect(minReplicaCount).toBe(0);
});

test("every scaler finds its deployment and its token", () => {
  const tokens = ofKind("TriggerAuthentication").map(({ metadata }) => metadata.name);

  for (const { scaleTargetRef, triggers } of scalers) {
    expect(deployments.map(({ name }) => name)).toContain(scaleTargetRef.name);
    for (const { authenticationRef, metadata } of triggers) {
      expect(tokens).toContain(authenticationRef?.name);
      expect(metadata).toMatchObject({ authMode: "bearer", valueLocation: "open" });
    }
  }
});

test("every budget and network policy covers some pod", () => {
  for (const { kind, spec } of [...ofKind("PodDisruptionBudget"), ...ofKind("NetworkPolicy")]) {
    const { matchLabels } = spec[kind === "NetworkPolicy" ? "podSelector" : "selector"] as unknown as {
      matchLabels: Record<string, string>;
    };
    const covered = deployments.filter(({ template }) =>
      Object.entries(matchLabels).every(([key, value]) => template.metadata.labels[key] === value),
    );
    expect(covered, JSON.stringify(matchLabels)).not.toHaveLength(0);
  }
});

function read(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

/** What is wrong with these manifests, a line each. */
function faults(checked: Manifest[]): string[] {
  const keda = checked.filter(({ apiVersion }) => apiVersion === "keda.sh/v1alpha1");
  return [...keda.flatMap(kedaFaults), ...kubernetesFaults(checked.filter((manifest) => !keda.includes(manifest)))];
}

function kedaFaults(manifest: Manifest): string[] {
  const Model = { ScaledObject, TriggerAuthentication }[manifest.kind];
  if (!Model) return [`${manifest.kind} is no kind of KEDA`];
  const unknown =
    manifest.kind === "ScaledObject"
      ? Object.keys(manifest.spec).filter((field) => !kedaFields.some((known) => known === field))
      : [];
  if (unknown.length > 0) return [`${manifest.metadata.name}: unknown fields ${unknown.join(", ")}`];
  try {
    new Model(manifest as never).validate();
    return [];
  } catch (error) {
    return [`${manifest.metadata.name}: ${String(error)}`];
  }
}

/** Strict: a field the API does not know is a fault. The schemas come with the package, so nothing is fetched once it is installed. */
function kubernetesFaults(checked: Manifest[]): string[] {
  if (checked.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "manifests-"));
  try {
    const files = checked.map((manifest, index) => {
      const file = join(folder, `${index}.yaml`);
      writeFileSync(file, JSON.stringify(manifest));
      return file;
    });
    const { status, output } = runTool("kubernetes-validate==1.37.0", [
      "kubernetes-validate",
      "--strict",
      "-k",
      "1.37.0",
      ...files,
    ]);
    const lines = output.split("\n");
    const found = lines.filter((line) => /^(ERROR|WARN)/.test(line));
    const passed = lines.filter((line) => line.startsWith("INFO"));
    // Every manifest must be spoken of: silence would pass for health.
    if (found.length + passed.length !== checked.length || status > 1)
      throw new Error(`kubernetes-validate did not run: ${output}`);
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
