// Rules stand by duty, not by specificity: the order of the sheet is the order of the page.
export default {
  extends: "stylelint-config-recommended",
  reportNeedlessDisables: true,
  rules: { "no-descending-specificity": null },
};
