namespace HveRelay.Configuration;

// What a value must look like, said at the property; read by the configuration reader, the check and the schema.

/// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WithinAttribute(long least, long most) : Attribute
{
    public long Least { get; } = least;

    public long Most { get; } = most;
}

/// <summary>One of these texts.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>A path; relative ones are relative to the configuration file.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PathValueAttribute : Attribute;

/// <summary>Never shown in a log, a page, an error or JSON.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;

/// <summary>An e-mail address, local-part@domain, or empty.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AddressValueAttribute : Attribute;

/// <summary>An IP address.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IpAddressValueAttribute : Attribute;

/// <summary>An IP address or a network in CIDR notation.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NetworkValueAttribute : Attribute;

/// <summary>A change of this key, or of any below it, counts from the next start on; every other key counts at once.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NeedsRestartAttribute : Attribute;
