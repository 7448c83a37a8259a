/** What another run has printed, two columns in: its counts are not those of the run that shows it, and .ci/lane.sh takes them for none. */
export function quoted(output) {
  return output.replace(/^(?=.)/gm, '  ');
}
