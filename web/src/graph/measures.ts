/** All measures of nodes and frames, in CSS pixels at zoom 1. The style sheet draws to these. */

export const MEASURES = {
  header: 34,
  row: 24,
  widget: 30,
  padding: 8,
  /** The sentence on a node of an unknown type: three lines. */
  unknown: 52,
  width: 240,
  wideWidth: 304,
  minWidth: 180,
  multiline: 96,
  curve: 132,
  image: 148,
  list: 72,
  picture: 224,
  /** The open frame of a loop. */
  frameHeader: 40,
  leftRail: 136,
  rightRail: 136,
  show: 176,
  bodyPadding: 24,
  bodyWidth: 360,
  bodyHeight: 160,
  timeline: 60,
} as const;

/** The name of the row on which a new case, carried or collected value is begun. */
export const NEW_PORT = "+";

/** The least corner a node may have in the body of a loop. */
export const BODY_CORNER = {
  x: MEASURES.leftRail + MEASURES.bodyPadding,
  y: MEASURES.frameHeader + MEASURES.bodyPadding,
} as const;
