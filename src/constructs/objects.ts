import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** The Kubernetes objects of a construct, those of its children included. */
export function apiObjectsIn(construct: IConstruct): ApiObject[] {
  return construct.node.findAll().filter((node) => ApiObject.isApiObject(node));
}
