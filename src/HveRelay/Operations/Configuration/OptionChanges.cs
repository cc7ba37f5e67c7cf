using System.Collections;
using System.Reflection;
using HveRelay.Configuration;

namespace HveRelay.Operations.Configuration;

/// <summary>A key whose value is another now. The value is not here: it may be a secret.</summary>
/// <param name="Key">As it stands in the file; a list in which entries came or went is one key.</param>
/// <param name="NeedsRestart">It counts from the next start on.</param>
internal sealed record OptionChange(string Key, bool NeedsRestart);

/// <summary>What differs between two configurations, and how the new one comes into force where the old one is in use.</summary>
internal static class OptionChanges
{
    public static IReadOnlyList<OptionChange> Between(RelayOptions before, RelayOptions after) =>
        [.. Between(typeof(RelayOptions), before, after, string.Empty, needsRestart: false)];

    /// <summary>
    /// Puts the new values into the options that the whole relay holds, a key at a time and whole lists and sections at once, so that
    /// who reads meanwhile sees the old or the new. What needs a restart stays as it is.
    /// </summary>
    public static void Apply(RelayOptions inForce, RelayOptions after) => Apply(typeof(RelayOptions), inForce, after);

    /// <summary>Every key with whether its change needs a restart; entries of lists as <c>Clients[].Name</c>.</summary>
    public static IEnumerable<OptionChange> AllKeys() => AllKeys(typeof(RelayOptions), string.Empty, needsRestart: false);

    private static IEnumerable<OptionChange> AllKeys(Type type, string prefix, bool needsRestart)
    {
        foreach (var property in OptionKeys.Of(type))
        {
            var key = prefix + property.Name;
            var restarts = needsRestart || IsForRestart(property);
            var isList = OptionKeys.IsList(property.PropertyType);
            var inner = isList ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
            if (!OptionKeys.IsObject(inner))
            {
                yield return new OptionChange(key, restarts);
                continue;
            }

            foreach (var below in AllKeys(inner, key + (isList ? "[]." : "."), restarts))
            {
                yield return below;
            }
        }
    }

    private static IEnumerable<OptionChange> Between(Type type, object? before, object? after, string prefix, bool needsRestart) =>
        from property in OptionKeys.Of(type)
        from change in OfValue(
            property.PropertyType,
            before is null ? null : property.GetValue(before),
            after is null ? null : property.GetValue(after),
            prefix + property.Name,
            needsRestart || IsForRestart(property))
        select change;

    private static IEnumerable<OptionChange> OfValue(Type type, object? before, object? after, string key, bool needsRestart)
    {
        if (OptionKeys.IsList(type))
        {
            var inner = type.GetGenericArguments()[0];
            var (old, fresh) = ((before as IList)?.Cast<object>().ToList() ?? [], (after as IList)?.Cast<object>().ToList() ?? []);
            if ((before is null) != (after is null) || old.Count != fresh.Count || (!OptionKeys.IsObject(inner) && !old.SequenceEqual(fresh)))
            {
                // Entries of a list some of whose keys need a restart cannot come and go without one.
                return [new OptionChange(key, needsRestart || (OptionKeys.IsObject(inner) && OptionKeys.Of(inner).Any(IsForRestart)))];
            }

            return OptionKeys.IsObject(inner)
                ? old.Zip(fresh).SelectMany((pair, i) => Between(inner, pair.First, pair.Second, $"{key}[{i}].", needsRestart))
                : [];
        }

        return OptionKeys.IsObject(type) ? Between(type, before, after, key + ".", needsRestart)
            : Equals(before, after) ? []
            : [new OptionChange(key, needsRestart)];
    }

    private static void Apply(Type type, object inForce, object after)
    {
        foreach (var property in OptionKeys.Of(type).Where(property => !IsForRestart(property)))
        {
            var (old, fresh) = (property.GetValue(inForce), property.GetValue(after));
            if (!HoldsRestart(property.PropertyType) || old is null || fresh is null)
            {
                property.SetValue(inForce, fresh);
            }
            else if (old is List<ListenerOptions> listeners)
            {
                foreach (var listener in listeners)
                {
                    if (((List<ListenerOptions>)fresh).Find(each => each.Name == listener.Name) is { } same)
                    {
                        Apply(typeof(ListenerOptions), listener, same);
                    }
                }
            }
            else
            {
                Apply(property.PropertyType, old, fresh);
            }
        }
    }

    private static bool HoldsRestart(Type type)
    {
        var inner = OptionKeys.IsList(type) ? type.GetGenericArguments()[0] : type;
        return OptionKeys.IsObject(inner) && OptionKeys.Of(inner).Any(property => IsForRestart(property) || HoldsRestart(property.PropertyType));
    }

    private static bool IsForRestart(PropertyInfo property) => property.IsDefined(typeof(NeedsRestartAttribute));
}
