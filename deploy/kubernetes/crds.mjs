// Checks the values of the resources in resources.json; see crds.py.
import { readFileSync } from "node:fs";
import * as certManager from "@kubernetes-models/cert-manager/cert-manager.io/v1";
import * as monitoring from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";

const models = { "cert-manager.io/v1": certManager, "monitoring.coreos.com/v1": monitoring };
for (const resource of JSON.parse(readFileSync("resources.json", "utf8"))) {
  const Model = models[resource.apiVersion][resource.kind];
  try {
    new Model(resource).validate();
  } catch (error) {
    console.log(`${resource.kind} ${resource.metadata.name}: ${error.message}`);
    process.exitCode = 1;
  }
}
