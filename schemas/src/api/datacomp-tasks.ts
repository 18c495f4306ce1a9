/** Groups that DataComp averages over. The mean of all 38 takes every task. */
export const datacompGroups = ["shifts", "vtab", "retrieval"] as const;
export type DatacompGroup = (typeof datacompGroups)[number];

export interface DatacompTask {
  /** Key in DataComp's `tasklist.yml`. */
  key: string;
  name: string;
  type: "zero-shot-classification" | "retrieval" | "association";
  /** Path among the scores (`findMetric`). */
  mainMetric: string;
  groups: readonly DatacompGroup[];
}

const task = (key: string, name: string, options: Partial<Omit<DatacompTask, "key" | "name">> = {}): DatacompTask => ({
  key,
  name,
  type: "zero-shot-classification",
  mainMetric: "acc1",
  groups: [],
  ...options,
});
const recall = "meanPerClassRecall";
const vtab = ["vtab"] as const;
const shifts = ["shifts"] as const;

/**
 * The 38 tasks of DataComp with their main metrics (mlfoundations/datacomp `tasklist.yml`, groups of `aggregate_scores.py`).
 * FairFace and UTKFace are listed there too, but have no main metric and take no part in the mean.
 */
export const datacompTasks: readonly DatacompTask[] = [
  task("vtab/caltech101", "Caltech-101", { mainMetric: recall, groups: vtab }),
  task("cifar10", "CIFAR-10"),
  task("vtab/cifar100", "CIFAR-100", { groups: vtab }),
  task("vtab/clevr_count_all", "CLEVR Counts", { groups: vtab }),
  task("vtab/clevr_closest_object_distance", "CLEVR Distance", { groups: vtab }),
  task("country211", "Country211"),
  task("vtab/dtd", "Describable Textures", { groups: vtab }),
  task("vtab/eurosat", "EuroSAT", { groups: vtab }),
  task("fgvc_aircraft", "FGVC Aircraft", { mainMetric: recall }),
  task("food101", "Food-101"),
  task("gtsrb", "GTSRB"),
  task("imagenet1k", "ImageNet 1k"),
  task("imagenet_sketch", "ImageNet Sketch", { groups: shifts }),
  task("imagenetv2", "ImageNet v2", { groups: shifts }),
  task("imagenet-a", "ImageNet-A", { groups: shifts }),
  task("imagenet-o", "ImageNet-O", { groups: shifts }),
  task("imagenet-r", "ImageNet-R", { groups: shifts }),
  task("vtab/kitti_closest_vehicle_distance", "KITTI Vehicle Distance", { groups: vtab }),
  task("mnist", "MNIST"),
  task("objectnet", "ObjectNet", { groups: shifts }),
  task("vtab/flowers", "Oxford Flowers-102", { mainMetric: recall, groups: vtab }),
  task("vtab/pets", "Oxford-IIIT Pet", { mainMetric: recall, groups: vtab }),
  task("voc2007", "Pascal VOC 2007"),
  task("vtab/pcam", "PatchCamelyon", { groups: vtab }),
  task("renderedsst2", "Rendered SST2"),
  task("vtab/resisc45", "RESISC45", { groups: vtab }),
  task("cars", "Stanford Cars"),
  task("stl10", "STL-10"),
  task("sun397", "SUN397", { groups: vtab }),
  task("vtab/svhn", "SVHN", { groups: vtab }),
  task("retrieval/flickr30k", "Flickr", { type: "retrieval", mainMetric: "meanRecallAt1", groups: ["retrieval"] }),
  task("retrieval/mscoco_2014_5k_test_image_text_retrieval", "MSCOCO", {
    type: "retrieval",
    mainMetric: "meanRecallAt1",
    groups: ["retrieval"],
  }),
  task("misc/winogavil", "WinoGAViL", { type: "association", mainMetric: "jaccard10to12", groups: ["retrieval"] }),
  task("wilds/iwildcam", "iWildCam", { mainMetric: "macroF1" }),
  task("wilds/camelyon17", "Camelyon17"),
  task("wilds/fmow", "FMoW", { mainMetric: "groups.worstAcc1" }),
  task("fairness/dollar_street", "Dollar Street", { mainMetric: "groups.worstAcc5" }),
  task("fairness/geode", "GeoDE", { mainMetric: "groups.worstAcc1" }),
];

export interface DatacompAggregate {
  /** Unweighted mean of the main metrics there are; null when none is. */
  mean: number | null;
  /** Keys of the tasks of this aggregate that have no score: a mean with any is not comparable to published ones. */
  missing: string[];
}

/** DataComp's aggregates of main metrics by task key. */
export function aggregateDatacomp(
  metricOf: (key: string) => number | undefined,
): Record<DatacompGroup | "average" | "imagenet1k", DatacompAggregate> {
  const mean = (tasks: readonly DatacompTask[]): DatacompAggregate => {
    const values = tasks.flatMap(({ key }) => metricOf(key) ?? []);
    const missing = tasks.map(({ key }) => key).filter((key) => metricOf(key) === undefined);
    return {
      mean: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
      missing,
    };
  };
  const inGroup = (group: DatacompGroup) => mean(datacompTasks.filter(({ groups }) => groups.includes(group)));

  return {
    imagenet1k: mean(datacompTasks.filter(({ key }) => key === "imagenet1k")),
    shifts: inGroup("shifts"),
    vtab: inGroup("vtab"),
    retrieval: inGroup("retrieval"),
    average: mean(datacompTasks),
  };
}
