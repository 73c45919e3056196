using Sextant.Backends;
using Sextant.Layers;
using Sextant.Models;
using Sextant.Pooling;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant;

/// <summary>Modules after a backbone, from their folders into a backend.</summary>
internal static class ModuleSteps
{
    /// <summary>The step that a module is; null where it is none.</summary>
    /// <param name="module">What modules.json asks for.</param>
    /// <param name="inputs">Elements of a row before it, and then after it.</param>
    /// <param name="backend">Where its weights go.</param>
    /// <exception cref="InvalidModelException">A weight is missing, or the sizes do not fit.</exception>
    public static HeadStep? Load(EmbeddingModule module, ref int inputs, Backend backend)
    {
        switch (module)
        {
            case DenseModule dense:
                if (dense.InputSize != inputs)
                {
                    throw new InvalidModelException(dense.Folder,
                        $"the dense layer takes {dense.InputSize} values; what comes before it gives {inputs}.");
                }
                inputs = dense.OutputSize;
                return LoadDense(dense, backend);
            case LayerNormModule norm:
                if (norm.Size != inputs)
                {
                    throw new InvalidModelException(norm.Folder,
                        $"the LayerNorm takes {norm.Size} values; what comes before it gives {inputs}.");
                }
                return LoadNorm(norm, backend);
            case NormalizeModule:
                return HeadStep.Normalize;
            default:
                return null;
        }
    }

    // PyTorch's own ε, which the module does not change.
    private static HeadStep LoadNorm(LayerNormModule norm, Backend backend)
    {
        using Checkpoint checkpoint = Checkpoint.Open(norm.Folder);
        var loader = new WeightLoader(checkpoint, backend, "norm.", $"a LayerNorm of {norm.Size}");
        return new HeadStep(null, Kernels.ActivationKind.Identity)
        {
            Norm = (loader.Vector(norm.Size, "weight"), loader.Vector(norm.Size, "bias"), 1e-5f),
        };
    }

    private static HeadStep LoadDense(DenseModule dense, Backend backend)
    {
        using Checkpoint checkpoint = Checkpoint.Open(dense.Folder);
        var loader = new WeightLoader(
            checkpoint, backend, "", $"a dense layer {dense.InputSize} → {dense.OutputSize}");
        IRowSource weight = loader.Rows(dense.OutputSize, dense.InputSize, "linear.weight");
        StackedRows? bias = dense.Bias ? loader.Column(dense.OutputSize, "linear.bias") : null;
        return new HeadStep(backend.LoadMatrix(weight, bias), Activations.Named(dense.Activation))
        {
            AddsInput = dense.AddsInput,
            InputWeight = !dense.AddsInput || dense.InputSize == dense.OutputSize ? null
                : backend.LoadMatrix(loader.Rows(dense.OutputSize, dense.InputSize, "residual.weight"), null),
        };
    }
}
