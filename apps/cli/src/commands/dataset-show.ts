import { Command } from "commander";
import { describeVersion, tabulateDatasets, tabulateVersions } from "../describe-dataset.ts";
import { openSession } from "../session.ts";

export function datasetShowCommand(): Command {
  return new Command("show")
    .description("a dataset with its versions, or one version")
    .argument("<id>", "dataset (ds_...) or version (dsv_...)")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { api, output } = await openSession(command);
      if (id.startsWith("dsv_")) {
        const version = await api.versions.get(id);
        return output.print(version, describeVersion(version));
      }
      const [dataset, versions] = await Promise.all([api.datasets.get(id), api.datasets.versions(id, { limit: 100 })]);
      output.print(
        { ...dataset, versions: versions.data },
        `${tabulateDatasets([dataset])}\n\n${tabulateVersions(versions.data)}`,
      );
    });
}
