//! The elements of a plan as `JMeter` 5.6 writes them.

use std::borrow::Cow;

use quick_xml::escape::escape;

/// A whole plan: its name and comment, and what is in it as XML.
pub(super) fn plan(
    name: &str,
    comment: &str,
    variables: &str,
    defaults: &str,
    groups: &str,
) -> String {
    let (name, comment) = (text(name), text(comment));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3">
  <hashTree>
    <TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="{name}">
      <stringProp name="TestPlan.comments">{comment}</stringProp>
      <elementProp name="TestPlan.user_defined_variables" elementType="Arguments" guiclass="ArgumentsPanel" testclass="Arguments" testname="User Defined Variables">
        <collectionProp name="Arguments.arguments">{variables}</collectionProp>
      </elementProp>
    </TestPlan>
    <hashTree>
{defaults}{groups}    </hashTree>
  </hashTree>
</jmeterTestPlan>
"#
    )
}

pub(super) fn variable(name: &str, value: &str) -> String {
    let (name, value) = (text(name), text(value));
    format!(
        r#"
          <elementProp name="{name}" elementType="Argument">
            <stringProp name="Argument.name">{name}</stringProp>
            <stringProp name="Argument.value">{value}</stringProp>
            <stringProp name="Argument.metadata">=</stringProp>
          </elementProp>
        "#
    )
}

/// What all requests have in common: the server, and that an answer may be compressed.
pub(super) fn defaults(protocol: &str, host: &str, port: u16) -> String {
    let (protocol, host) = (text(protocol), text(host));
    format!(
        r#"      <ConfigTestElement guiclass="HttpDefaultsGui" testclass="ConfigTestElement" testname="server">
        <elementProp name="HTTPsampler.Arguments" elementType="Arguments" guiclass="HTTPArgumentsPanel" testclass="Arguments">
          <collectionProp name="Arguments.arguments"/>
        </elementProp>
        <stringProp name="HTTPSampler.domain">{host}</stringProp>
        <stringProp name="HTTPSampler.port">{port}</stringProp>
        <stringProp name="HTTPSampler.protocol">{protocol}</stringProp>
      </ConfigTestElement>
      <hashTree/>
      <HeaderManager guiclass="HeaderPanel" testclass="HeaderManager" testname="compressed answers">
        <collectionProp name="HeaderManager.headers">
          <elementProp name="" elementType="Header">
            <stringProp name="Header.name">Accept-Encoding</stringProp>
            <stringProp name="Header.value">gzip</stringProp>
          </elementProp>
        </collectionProp>
      </HeaderManager>
      <hashTree/>
"#
    )
}

/// Users who start equally far apart within a ramp-up.
pub(super) struct ThreadGroup<'a> {
    pub(super) name: &'a str,
    pub(super) users: u64,
    pub(super) ramp_s: u64,
    /// Before the ramp-up begins.
    pub(super) delay_s: u64,
    /// By when all of them have made their last request.
    pub(super) duration_s: u64,
    pub(super) loops: usize,
    /// What each of them does, as XML.
    pub(super) below: &'a str,
}

/// A thread group whose users are one person each, with one connection. One that is delayed has a duration as well: without
/// it, `JMeter` ends its users as soon as they start.
pub(super) fn thread_group(group: &ThreadGroup<'_>) -> String {
    let ThreadGroup {
        users,
        ramp_s,
        delay_s,
        duration_s,
        loops,
        below,
        ..
    } = group;
    let name = text(group.name);
    let scheduler = if *delay_s == 0 {
        String::new()
    } else {
        format!(
            r#"
        <boolProp name="ThreadGroup.scheduler">true</boolProp>
        <longProp name="ThreadGroup.delay">{delay_s}</longProp>
        <longProp name="ThreadGroup.duration">{duration_s}</longProp>"#
        )
    };
    format!(
        r#"      <ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="{name}">
        <intProp name="ThreadGroup.num_threads">{users}</intProp>
        <intProp name="ThreadGroup.ramp_time">{ramp_s}</intProp>{scheduler}
        <boolProp name="ThreadGroup.delayedStart">true</boolProp>
        <boolProp name="ThreadGroup.same_user_on_next_iteration">true</boolProp>
        <stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
        <elementProp name="ThreadGroup.main_controller" elementType="LoopController" guiclass="LoopControlPanel" testclass="LoopController" testname="loops">
          <stringProp name="LoopController.loops">{loops}</stringProp>
          <boolProp name="LoopController.continue_forever">false</boolProp>
        </elementProp>
      </ThreadGroup>
      <hashTree>
{below}      </hashTree>
"#
    )
}

pub(super) fn looped(loops: usize, below: &str) -> String {
    format!(
        r#"        <LoopController guiclass="LoopControlPanel" testclass="LoopController" testname="all paths">
          <boolProp name="LoopController.continue_forever">false</boolProp>
          <stringProp name="LoopController.loops">{loops}</stringProp>
        </LoopController>
        <hashTree>
{below}        </hashTree>
"#
    )
}

/// Each thread by itself keeps this pace, from one request that is due to the next.
pub(super) fn throughput_timer(per_minute: f64) -> String {
    format!(
        r#"        <ConstantThroughputTimer guiclass="TestBeanGUI" testclass="ConstantThroughputTimer" testname="pace">
          <intProp name="calcMode">0</intProp>
          <doubleProp>
            <name>throughput</name>
            <value>{per_minute}</value>
            <savedValue>0.0</savedValue>
          </doubleProp>
        </ConstantThroughputTimer>
        <hashTree/>
"#
    )
}

/// What a browser remembers: cookies, and what it has loaded where it loads what pages name.
pub(super) fn browser(has_cache: bool) -> String {
    let cookies = r#"        <CookieManager guiclass="CookiePanel" testclass="CookieManager" testname="cookies">
          <collectionProp name="CookieManager.cookies"/>
          <boolProp name="CookieManager.clearEachIteration">false</boolProp>
        </CookieManager>
        <hashTree/>
"#;
    let cache = r#"        <CacheManager guiclass="CacheManagerGui" testclass="CacheManager" testname="cache">
          <boolProp name="clearEachIteration">false</boolProp>
          <boolProp name="useExpires">true</boolProp>
        </CacheManager>
        <hashTree/>
"#;
    [cookies, if has_cache { cache } else { "" }].concat()
}

/// A request with GET; with so many connections beside it where what its page names is loaded too.
pub(super) fn sampler(path: &str, patience_ms: u64, connections: Option<usize>) -> String {
    let path = text(path);
    let assets = connections.map_or_else(String::new, |connections| {
        format!(
            r#"
          <boolProp name="HTTPSampler.image_parser">true</boolProp>
          <boolProp name="HTTPSampler.concurrentDwn">true</boolProp>
          <stringProp name="HTTPSampler.concurrentPool">{connections}</stringProp>"#
        )
    });
    format!(
        r#"        <HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="{path}">
          <elementProp name="HTTPsampler.Arguments" elementType="Arguments" guiclass="HTTPArgumentsPanel" testclass="Arguments">
            <collectionProp name="Arguments.arguments"/>
          </elementProp>
          <stringProp name="HTTPSampler.path">{path}</stringProp>
          <stringProp name="HTTPSampler.method">GET</stringProp>
          <boolProp name="HTTPSampler.follow_redirects">true</boolProp>
          <boolProp name="HTTPSampler.use_keepalive">true</boolProp>
          <stringProp name="HTTPSampler.connect_timeout">{patience_ms}</stringProp>
          <stringProp name="HTTPSampler.response_timeout">{patience_ms}</stringProp>{assets}
        </HTTPSamplerProxy>
        <hashTree/>
"#
    )
}

/// A text that XML 1.0 can hold.
fn text(raw: &str) -> Cow<'_, str> {
    let is_allowed =
        |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || *c == '\n';
    if raw.chars().all(|c| is_allowed(&c)) {
        return escape(raw);
    }
    let allowed: String = raw.chars().filter(is_allowed).collect();
    Cow::Owned(escape(allowed).into_owned())
}
