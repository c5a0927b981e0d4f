/**
 * Every text of the page, in Chinese and English. Names, units and printed texts come from the model and not from here.
 */
import { language } from "./state.js";

const TEXT = {
  zh: {
    skip: "跳到内容",
    views: "视图",
    search: "查找公司、代码、环节、指标",
    searchNone: "没有找到",
    searchCount: "{n} 项",
    searchMore: "另有 {n} 项，请输入更多字",
    language: "English",
    languageName: "Switch to English",
    dark: "深色",
    light: "浅色",
    themeName: "切换深色与浅色",
    copyLink: "复制链接",
    copied: "链接已复制",
    period: "期间",
    scenario: "情景",
    download: "下载",
    ready: "{name} 已就绪",
    failed: "页面未能打开",
    retry: "重试",
    needServer: "此视图需要服务器：用 bullwhip serve 打开。",
    company: "公司",
    tier: "环节",
    edge: "供给关系",
    quantity: "指标",
    driverWord: "驱动因素",
    unknown: "未知",
    notPrinted: "未印",
    close: "关闭",
    footData: "数据截至 {date}",
    footDocuments: "{n} 份文献",
    footChanged: "改动了 {n} 个驱动因素",
  },
  en: {
    skip: "Skip to content",
    views: "Views",
    search: "Find a company, ticker, tier, quantity",
    searchNone: "nothing found",
    searchCount: "{n} found",
    searchMore: "{n} more; type more letters",
    language: "中文",
    languageName: "切换为中文",
    dark: "Dark",
    light: "Light",
    themeName: "Switch between dark and light",
    copyLink: "Copy link",
    copied: "Link copied",
    period: "Period",
    scenario: "Scenario",
    download: "Download",
    ready: "{name} is ready",
    failed: "The page could not open",
    retry: "Try again",
    needServer: "This view needs a server: open it with bullwhip serve.",
    company: "company",
    tier: "tier",
    edge: "supply",
    quantity: "quantity",
    driverWord: "driver",
    unknown: "unknown",
    notPrinted: "not printed",
    close: "Close",
    footData: "data as of {date}",
    footDocuments: "{n} documents",
    footChanged: "{n} drivers changed",
  },
};

/** The languages of the page. */
export const LANGUAGES = ["zh", "en"];

/**
 * Return a text of the page in the language that is shown.
 * @param {string} key which text
 * @param {Object<string, string|number>} values what stands in its braces
 * @returns {string} the text
 */
export function text(key, values = {}) {
  const found = TEXT[language.value][key];
  if (found === undefined) throw new Error(`no text ${key}`);
  return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Add the texts of a tab. Both languages must have the same keys.
 * @param {{zh: Object<string, string>, en: Object<string, string>}} more texts by language and key
 */
export function addTexts(more) {
  for (const one of LANGUAGES) Object.assign(TEXT[one], more[one]);
}

/** Return all texts, for a test that both languages have the same. */
export function allTexts() {
  return TEXT;
}

/**
 * Return a label of the model in the language that is shown, or in the other one where it has none.
 * @param {{zh?: string, en?: string}|null|undefined} label the label
 * @param {string} fallback what stands where there is no label at all
 */
export function name(label, fallback = "") {
  const [first, second] = language.value === "zh" ? ["zh", "en"] : ["en", "zh"];
  return label?.[first] || label?.[second] || fallback;
}
